// What verify-backup knows without a Director: which places must be covered, whether they are there,
// canaries.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <set>

#include "recover/error.hpp"
#include "recover/proof_text.hpp"
#include "recover/system/files.hpp"
#include "recover/system/machine.hpp"
#include "recover/verify/canary.hpp"
#include "recover/verify/places.hpp"
#include "recover/verify/record.hpp"
#include "tests/unit/recorded_machine.hpp"
#include "tests/unit/system_temporary.hpp"

namespace recover::verify {
namespace {

using recover::tests::TemporaryDirectory;

std::set<std::string> paths_of(const std::vector<Place>& places) {
  std::set<std::string> paths;
  for (const auto& place : places) paths.insert(place.path);
  return paths;
}

const Place& place_at(const std::vector<Place>& places, const std::string& path) {
  return *std::find_if(places.begin(), places.end(), [&](const auto& place) { return place.path == path; });
}

TEST(Places, AreTheSubvolumesThatAreSeenAndTheEsp) {
  const auto places = places_of(test::sample_profile());
  EXPECT_EQ(paths_of(places),
            (std::set<std::string>{"/", "/home", "/var/lib/machines", "/var/lib/images", "/boot/efi"}));
  EXPECT_FALSE(place_at(places, "/var/lib/machines").mounted);
  EXPECT_EQ(place_at(places, "/boot/efi").uuid, "7A1B-22C3");
}

TEST(Places, ASubvolumeInAMountedOneIsReachedThroughTheNearest) {
  auto profile = test::sample_profile();
  profile.subvolumes.push_back({.path = "@home/work", .mount = "", .options = "rw"});
  EXPECT_TRUE(paths_of(places_of(profile)).contains("/home/work"));
}

TEST(Places, SnapshotsAndWhatNobodySeesAreNone) {
  auto profile = test::sample_profile();
  profile.subvolumes.push_back({.path = "@/.snapshots/1", .mount = "", .options = "rw", .snapshot = true});
  profile.subvolumes.push_back({.path = "@old", .mount = "", .options = "rw"});
  EXPECT_EQ(places_of(profile).size(), 5U);
}

TEST(Places, LeavesOutWhatTheProfileNamesByMountPointOrSubvolume) {
  auto profile = test::sample_profile();
  profile.verify.left_out = {"/var/lib/images", "@/var/lib/machines"};
  EXPECT_EQ(paths_of(places_of(profile)), (std::set<std::string>{"/", "/home", "/boot/efi"}));
  EXPECT_TRUE(unknown_left_out(profile).empty());
  profile.verify.left_out = {"/hom"};
  EXPECT_EQ(places_of(profile).size(), 5U);
  EXPECT_EQ(unknown_left_out(profile), (std::vector<std::string>{"/hom"}));
}

std::set<std::string> read_only(const Profile& profile, const std::vector<FstabEntry>& fstab) {
  auto places = with_fstab(places_of(profile), fstab);
  std::erase_if(places, [](const auto& place) { return !place.read_only; });
  return paths_of(places);
}

FstabEntry line(const std::string& point, const std::string& options) {
  return {"UUID=x", point, "btrfs", options};
}

TEST(ReadOnly, IsWhatFstabSays) {
  EXPECT_EQ(read_only(test::sample_profile(), {line("/", "rw"), line("/home", "errors=remount-ro"),
                                               line("/boot/efi", "umask=0077,ro")}),
            (std::set<std::string>{"/boot/efi"}));
}

TEST(ReadOnly, IsWhatBtrfsSaysAsWell) {
  auto profile = test::sample_profile();
  for (auto& subvolume : profile.subvolumes) subvolume.read_only = subvolume.mount == "/home";
  EXPECT_EQ(read_only(profile, {line("/", "rw")}), (std::set<std::string>{"/home"}));
}

// /var/lib/machines is not mounted by itself.
TEST(ReadOnly, ByTheMountThatASubvolumeIsReachedThrough) {
  EXPECT_TRUE(read_only(test::sample_profile(), {line("/", "rw"), line("/var/lib/mach", "ro")}).empty());
  EXPECT_EQ(read_only(test::sample_profile(), {line("/", "rw"), line("/var/lib", "ro")}).count("/home"), 0U);
  EXPECT_EQ(
      read_only(test::sample_profile(), {line("/", "rw"), line("/var/lib", "ro")}).count("/var/lib/machines"),
      1U);
}

class Absent : public testing::Test {
 protected:
  Absent() {
    home.path = "/home";
    home.what = "subvolume @home";
    home.subvolume = "@home";
    home.uuid = "5f3a1f0e-8a55-4c60-9a7e-2f6f2b7f1c11";
    BlockDevice disk;
    disk.path = "/dev/sda2";
    disk.fs_uuid = "5F3A1F0E-8a55-4c60-9a7e-2f6f2b7f1c11";
    facts.devices.push_back(disk);
    mounted("/home", "/@home");
  }
  void mounted(const std::string& target, const std::string& root) {
    facts.mounts = {
        {.source = "/dev/sda2", .target = target, .type = "btrfs", .options = "rw", .root = root}};
  }
  Place home;
  Facts facts;
};

TEST_F(Absent, NotWhenItIsMounted) {
  EXPECT_EQ(absent(home, facts), "");
}

TEST_F(Absent, WhenNothingIsMountedThere) {
  facts.mounts.clear();
  EXPECT_NE(absent(home, facts).find("is not mounted on /home"), std::string::npos);
}

TEST_F(Absent, WhenAnotherSubvolumeIs) {
  mounted("/home", "/@");
  EXPECT_NE(absent(home, facts).find("On /home is /@, not the subvolume @home"), std::string::npos);
}

TEST_F(Absent, WhenAnotherFilesystemIs) {
  facts.devices[0].fs_uuid = "11111111-8a55-4c60-9a7e-2f6f2b7f1c11";
  EXPECT_NE(absent(home, facts).find("is the filesystem 11111111"), std::string::npos);
}

// A system without /sys, or a device that nobody knows: that is no proof.
TEST_F(Absent, WhenTheKernelHasMadeItReadOnly) {
  for (auto& mount : facts.mounts) mount.options = "rw,relatime,ro";
  EXPECT_NE(absent(home, facts).find("read-only"), std::string::npos);
  home.read_only = true;
  EXPECT_EQ(absent(home, facts), "");
}

TEST_F(Absent, WhenItsDeviceIsNotKnown) {
  facts.devices.clear();
  EXPECT_NE(absent(home, facts), "");
}

TEST_F(Absent, TheLastMountOnAPointIsTheOneThatIsSeen) {
  facts.mounts.insert(
      facts.mounts.begin(),
      {.source = "systemd-1", .target = "/home", .type = "autofs", .options = "rw", .root = "/"});
  EXPECT_EQ(absent(home, facts), "");
}

class Canaries : public testing::Test {
 protected:
  Place place() const {
    Place one;
    one.path = directory.path();
    one.what = "subvolume @";
    one.uuid = "uuid";
    return one;
  }
  std::vector<Canary> write(std::int64_t now = 1795298000) const {
    return write_canaries({place()}, {"alder", "0f0e", "uuid", "boot-1", "2026-11-22 01:02:03", now});
  }
  TemporaryDirectory directory;
};

TEST_F(Canaries, AreTwoOfWhichOneHasAFreshName) {
  const auto first = write(), second = write();
  ASSERT_EQ(first.size(), 2U);
  EXPECT_EQ(first[0].path, second[0].path);
  EXPECT_NE(first[1].path, second[1].path);
  EXPECT_NE(first[0].content, second[0].content);
  EXPECT_FALSE(system::exists(first[1].path));  // the older one is gone
  EXPECT_EQ(system::read_file(second[1].path), second[1].content);
}

TEST_F(Canaries, SayWhichMachineAndPlaceTheyAreOf) {
  const auto content = write()[0].content;
  for (const auto& words : {std::string("machine alder 0f0e\n"), std::string("root uuid\n"),
                            "place " + directory.path(), std::string("boot boot-1\n")})
    EXPECT_NE(content.find(words), std::string::npos) << words;
}

TEST_F(Canaries, NoneWhereNothingMayBeWritten) {
  auto one = place();
  one.read_only = true;
  EXPECT_TRUE(write_canaries({one}, {}).empty());
  EXPECT_TRUE(std::filesystem::is_empty(directory.path()));
}

TEST_F(Canaries, RememberWhenTheyWereWritten) {
  EXPECT_EQ(last_written({place()}), 0);
  write(1795298123);
  EXPECT_EQ(last_written({place()}), 1795298123);
}

TEST_F(Canaries, AreComparedByteForByte) {
  const TemporaryDirectory scratch;
  const auto canary = write()[0];
  EXPECT_NE(differs(canary, scratch.path()).find("did not come back"), std::string::npos);
  scratch.put(canary.path, canary.content);
  EXPECT_EQ(differs(canary, scratch.path()), "");
  scratch.put(canary.path, canary.content + "x");
  EXPECT_NE(differs(canary, scratch.path()).find("another content"), std::string::npos);
}

TEST(VerifyResult, IsLeftForARescueSystemAndIsOfOneMachine) {
  const tests::TemporaryDirectory directory;
  const auto place = directory / "recover-state";
  EXPECT_FALSE(read_result(place, "11111111-2222"));
  leave_result(place, {"11111111-2222", true, 17, {}});
  auto result = read_result(place, "11111111-2222");
  ASSERT_TRUE(result);
  EXPECT_TRUE(result->passed);
  EXPECT_EQ(result->job, 17);
  EXPECT_GT(system::seconds_of_time(result->time), 0);
  EXPECT_NE(verified_text(result).find("passed on " + result->time + " (job 17)"), std::string::npos);
  EXPECT_FALSE(read_result(place, "33333333-2222"));

  leave_result(place, {"11111111-2222", false, 0, {"The FileSet skips /home", "another"}});
  result = read_result(place, "11111111-2222");
  ASSERT_TRUE(result);
  EXPECT_NE(verified_text(result).find("DID NOT PASS"), std::string::npos);
  EXPECT_NE(verified_text(result).find("The FileSet skips /home"), std::string::npos);
  EXPECT_NE(verified_text(std::nullopt).find("no verify-backup is on record"), std::string::npos);

  system::write_file(place + "/verify-backup.json", "{\"event\": 3", 0600);
  EXPECT_FALSE(read_result(place, "11111111-2222"));
}

TEST(VerifyRecord, IsReadBackAndNoticesAnEdit) {
  const TemporaryDirectory own;
  EXPECT_EQ(read_record(own.path()).last, 0);
  RecordWriter writer(own.path());
  bacula::JobRecord job;
  job.id = 7;
  job.start = "2026-11-22 01:02:03";
  writer.verified(job);
  writer.ended(false, 7, {"coverage: x"});
  const auto record = read_record(own.path());
  EXPECT_EQ(record.jobs.at(7).start, job.start);
  EXPECT_FALSE(record.passed);
  EXPECT_TRUE(record.chains_begun.empty());
  EXPECT_EQ(record.problems, (std::vector<std::string>{"coverage: x"}));
  writer.chain_begun(job, {"2026-11-21 03:00:00"});
  EXPECT_EQ(read_record(own.path()).chains_begun, std::set<std::string>{"2026-11-21 03:00:00"});
  auto text = system::read_file(own / "verify/journal");
  text.replace(text.find("\"job\":7"), 7, "\"job\":8");
  own.put("verify/journal", text);
  EXPECT_THROW(read_record(own.path()), UsageError);
}

}  // namespace
}  // namespace recover::verify
