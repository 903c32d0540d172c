#include "recover/capture/profile_text.hpp"

#include <gtest/gtest.h>

#include "recover/error.hpp"
#include "tests/unit/capture_fixture.hpp"
#include "tests/unit/recorded_machine.hpp"

namespace recover::capture {
namespace {

Profile read_back(const std::string& text) {
  const recover::tests::TemporaryDirectory dir;
  return load_profile(dir.put("machine.toml", text));
}

TEST(ProfileText, IsReadBackAsTheSameValues) {
  auto profile = recover::test::sample_profile();
  profile.notes["two words"] = "a \"quote\", a \\ and\na line";
  profile.subvolumes.push_back({"@odd\\x2d'\"", "", "rw", false, false, true, true});
  profile.boot = ProfileBootFilesystem{
      {"system", "", "vg/boot"}, "ext4", "0b8d3f67-9d1c-4f4f-8b64-6b1d8e9f2a10", "b", "/boot", "rw"};
  profile.boot_loader->fallback_path = true;
  profile.efi->data = "0a0b";
  profile.filesystem.new_uuid = "0b8d3f67-9d1c-4f4f-8b64-6b1d8e9f2a99";
  profile.filesystem.devices.push_back({"system", "", ""});
  profile.environment.packages = {"vim", "rsync"};
  profile.environment.by_hand = true;
  profile.environment.fresh_for = std::chrono::hours(48);
  profile.environment.from = "debootstrap";
  profile.environment.suite = "bookworm";
  profile.environment.mirror = "http://deb.debian.org/debian";
  const auto text = profile_text(profile, {}, "");
  const auto again = read_back(text);
  EXPECT_EQ(profile_text(again, {}, ""), text);
  EXPECT_EQ(again.notes, profile.notes);
  EXPECT_EQ(again.subvolumes.back().path, profile.subvolumes.back().path);
  EXPECT_TRUE(again.subvolumes.back().snapshot && again.subvolumes.back().read_only);
  EXPECT_EQ(again.boot->device.volume, "vg/boot");
  EXPECT_EQ(again.efi->loader, profile.efi->loader);
  EXPECT_EQ(again.efi->order, profile.efi->order);
  EXPECT_EQ(again.environment, profile.environment);
  profile.environment = {"stage3"};
  profile.environment.stage3 = "/root/stage3-amd64.tar.xz";
  EXPECT_EQ(read_back(profile_text(profile, {}, "")).environment, profile.environment);
  EXPECT_EQ(again.disks[0].partitions[1].name, "root");
  EXPECT_EQ(again.filesystem.features, profile.filesystem.features);
}

TEST(ProfileText, OfACapturedMachineLoads) {
  const auto captured = tests::Machine().capture();
  const auto text = profile_text(captured.profile, captured.remarks, "2026-11-22 01:00:00");
  const auto again = read_back(text);
  EXPECT_EQ(profile_text(again, {}, ""), profile_text(captured.profile, {}, ""));
  EXPECT_EQ(text.find("hush"), std::string::npos) << "a password";
  EXPECT_NE(text.find("# guess: the only kind that is installed; the Catalog resource names none\ncatalog ="),
            std::string::npos)
      << text;
}

TEST(ProfileText, WhatIsMissingIsACommentThatTheLoaderThenNames) {
  tests::Machine machine;
  machine.sight.mounts.pop_back();
  const auto captured = machine.capture();
  const auto text = profile_text(captured.profile, captured.remarks, "");
  EXPECT_NE(text.find("# not found: the Archive Device /mnt/storage/bacula lies on the root"),
            std::string::npos)
      << text;
  try {
    read_back(text);
    FAIL();
  } catch (const UsageError& error) {
    EXPECT_NE(error.problem().find("\"uuid\""), std::string::npos) << error.problem();
  }
}

TEST(ProfileText, QuotesAsTomlWants) {
  EXPECT_EQ(toml_text("plain"), "\"plain\"");
  EXPECT_EQ(toml_text("\\EFI\\x.efi"), "'\\EFI\\x.efi'");
  EXPECT_EQ(toml_text("it's \\"), "\"it's \\\\\"");
  EXPECT_EQ(toml_text("a\nb\x7f"), "\"a\\u000Ab\\u007F\"");
}

}  // namespace
}  // namespace recover::capture
