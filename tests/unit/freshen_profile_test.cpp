// recover freshen and the profile on the storage volume: when it is written anew, and when rather not.
#include <gtest/gtest.h>

#include "recover/capture/before.hpp"
#include "recover/capture/profile_text.hpp"
#include "recover/error.hpp"
#include "recover/freshen/machine_profile.hpp"
#include "recover/system/files.hpp"
#include "recover/system/text.hpp"
#include "tests/unit/capture_fixture.hpp"

namespace recover::freshen {
namespace {

class ProfileOnStorage : public testing::Test {
 protected:
  ProfileOnStorage() {
    capture::look_at_files(machine.dir.path(), machine.sight);
    own = parse_profile(text(), file);
  }
  // As recover capture writes it today.
  std::string text() const {
    const auto captured = capture::conclude(machine.sight, nullptr);
    return capture::profile_text(captured.profile, captured.remarks, "2026-11-01 03:00:00 +0000");
  }
  void put(const std::string& content) const { system::write_file(file, content, 0600); }
  static std::string with_a_note(std::string profile) {
    const std::string notes = "[notes]\n";
    return profile.insert(profile.find(notes) + notes.size(), "monitor = \"the left one\"\n");
  }
  ProfileWanted renew() const { return renew_profile(machine.sight, file, own, "2026-11-23 09:00:00 +0000"); }

  capture::tests::Machine machine;
  const recover::tests::TemporaryDirectory storage;
  const std::string file = storage / "machine.toml";
  Profile own;
};

TEST_F(ProfileOnStorage, ThatIsAsTheMachineIsStays) {
  put("# in my words\n" + with_a_note(text()));
  own = load_profile(file);
  const auto wanted = renew();
  EXPECT_EQ(wanted.text, "");
  EXPECT_TRUE(wanted.piece.done.empty());
  EXPECT_TRUE(wanted.piece.missing.empty());
  EXPECT_TRUE(wanted.piece.notes.empty());
}

TEST_F(ProfileOnStorage, IsMadeWhereThereIsNone) {
  const auto wanted = renew();
  ASSERT_EQ(wanted.piece.done.size(), 1U);
  EXPECT_NE(wanted.piece.done[0].find("there was none"), std::string::npos);
  EXPECT_EQ(parse_profile(wanted.text, file).filesystem.uuid, own.filesystem.uuid);
}

TEST_F(ProfileOnStorage, IsWrittenAnewWithItsNotesWhenTheMachineIsAnother) {
  put(with_a_note(text()));
  own = load_profile(file);
  machine.sight.root.label = "alder-anew";
  const auto wanted = renew();
  ASSERT_EQ(wanted.piece.done.size(), 1U);
  EXPECT_NE(wanted.piece.done[0].find("alder-anew"), std::string::npos) << wanted.piece.done[0];
  const auto now = parse_profile(wanted.text, file);
  EXPECT_EQ(now.filesystem.label, "alder-anew");
  EXPECT_EQ(now.notes.at("monitor"), "the left one");
  EXPECT_FALSE(system::exists(file + ".old")) << "deciding writes nothing";
  EXPECT_TRUE(capture::write_profile(file, wanted.text, true));
  EXPECT_EQ(load_profile(file + ".old").filesystem.label, "alder-root");
}

TEST_F(ProfileOnStorage, SnapshotsThatComeAndGoAreNoReason) {
  put(text());
  machine.sight.root.subvolumes.push_back({260, "@snapshots/2", false, false, true, true});
  EXPECT_EQ(renew().text, "");
}

TEST_F(ProfileOnStorage, IsKeptWhileTheMachineDoesNotSayAllOfIt) {
  put(text());
  machine.sight.root.devices = {"/dev/gone"};
  machine.sight.root.label = "alder-anew";
  const auto wanted = renew();
  EXPECT_EQ(wanted.text, "");
  ASSERT_FALSE(wanted.piece.missing.empty());
  EXPECT_NE(wanted.piece.missing[0].problem.find("/dev/gone"), std::string::npos);
}

// A disk of an array has failed: the profile says what the machine must be again.
TEST_F(ProfileOnStorage, IsKeptWhenTheRootHasFewerDevicesThanBefore) {
  auto& sight = machine.sight;
  auto second = capture::tests::device("/dev/sdc", "/dev/sdc", "S4F", 0, 0, 500107862016);
  second.fs_type = "btrfs";
  second.fs_uuid = capture::tests::root_uuid;
  sight.devices.push_back(second);
  sight.root.devices.emplace_back("/dev/sdc");
  put(text());
  EXPECT_EQ(load_profile(file).filesystem.devices.size(), 2U);
  sight.root.devices.pop_back();
  const auto wanted = renew();
  EXPECT_EQ(wanted.text, "");
  ASSERT_EQ(wanted.piece.missing.size(), 1U);
  EXPECT_NE(wanted.piece.missing[0].problem.find("1 of 2"), std::string::npos);
  EXPECT_NE(wanted.piece.missing[0].remedy.find("btrfs filesystem show"), std::string::npos);
}

// Neither a snapshot that somebody looks into, nor a mount that has failed.
TEST_F(ProfileOnStorage, IsKeptWhileSomethingIsMountedThatFstabDoesNotKnow) {
  put(text());
  machine.sight.mounts.push_back({"/dev/sda2", "/mnt/look", "btrfs", "ro", "/@snapshots/1"});
  const auto wanted = renew();
  EXPECT_EQ(wanted.text, "");
  ASSERT_EQ(wanted.piece.missing.size(), 1U);
  EXPECT_NE(wanted.piece.missing[0].problem.find("/mnt/look, and neither fstab"), std::string::npos);
}

TEST_F(ProfileOnStorage, IsKeptWhileASubvolumeIsNotMountedThatWas) {
  machine.sight.fstab.erase(machine.sight.fstab.begin() + 1);
  put(text());
  EXPECT_EQ(renew().text, "") << "a unit mounts @home, and the profile says so";
  machine.sight.mounts.erase(machine.sight.mounts.begin() + 1);
  const auto wanted = renew();
  EXPECT_EQ(wanted.text, "");
  ASSERT_EQ(wanted.piece.missing.size(), 1U);
  EXPECT_NE(wanted.piece.missing[0].problem.find("@home is not mounted at /home"), std::string::npos);
}

TEST_F(ProfileOnStorage, IsKeptWhileVirtualisationIsSwitchedOff) {
  machine.sight.virtualisation = true;
  put(text());
  machine.sight.virtualisation = false;
  const auto wanted = renew();
  EXPECT_EQ(wanted.text, "");
  EXPECT_EQ(wanted.piece.missing.size(), 1U);
}

TEST_F(ProfileOnStorage, OfAnotherMachineIsNotReplaced) {
  auto other = text();
  const auto with = [&](const std::string& from, const std::string& to) {
    for (auto at = other.find(from); at != std::string::npos; at = other.find(from, at + to.size()))
      other.replace(at, from.size(), to);
  };
  with(capture::tests::root_uuid, "00000000-8a55-4c60-9a7e-2f6f2b7f1c11");
  with("name = \"alder\"", "name = \"birch\"");
  with("0f0e0d0c0b0a09080706050403020100", "10101010101010101010101010101010");
  put(other);
  EXPECT_THROW(renew(), Refused);
}

TEST_F(ProfileOnStorage, IsKeptWhenTheVolumesLieElsewhere) {
  put(text());
  machine.sight.devices[4].fs_uuid = "11111111-9d1c-4f4f-8b64-6b1d8e9f2a10";
  const auto wanted = renew();
  EXPECT_EQ(wanted.text, "");
  ASSERT_EQ(wanted.piece.missing.size(), 1U);
  EXPECT_NE(wanted.piece.missing[0].problem.find("does not lie on the storage volume"), std::string::npos);
}

TEST_F(ProfileOnStorage, ThatDoesNotLoadIsWrittenAnewWithItsNotes) {
  put("format = 1\n[notes]\nmonitor = \"the left one\"\n");
  const auto wanted = renew();
  EXPECT_EQ(parse_profile(wanted.text, file).notes.at("monitor"), "the left one");
  EXPECT_EQ(wanted.piece.notes.size(), 1U);
}

TEST_F(ProfileOnStorage, WhatTheMachinesOwnFileSaysOtherwiseIsToldAndNoMore) {
  put(text());
  own.file = storage / "etc/machine.toml";
  own.environment.packages = {"vim"};
  own.filesystem.label = "older";
  const auto wanted = renew();
  EXPECT_EQ(wanted.text, "");
  EXPECT_TRUE(wanted.piece.missing.empty());
  ASSERT_EQ(wanted.piece.notes.size(), 2U);
  EXPECT_NE(wanted.piece.notes[0].find("older"), std::string::npos);
  EXPECT_NE(wanted.piece.notes[1].find("[environment]"), std::string::npos);
}

}  // namespace
}  // namespace recover::freshen
