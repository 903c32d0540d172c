#include "recover/circumstances.hpp"

#include <gtest/gtest.h>

#include <functional>

#include "recover/system/text.hpp"
#include "tests/unit/recorded_machine.hpp"

namespace recover::test {
namespace {

class CircumstancesTest : public testing::Test {
 protected:
  CircumstancesTest() {
    facts.storage->stored = {2, 1000, "Vol-0002", 1763700000};
    facts.storage->bootstrap = facts.storage->mount_point + "/bootstraps/alder.bsr";
  }

  std::string drift(const std::function<void()>& change) {
    const auto before = circumstances(profile, facts, own);
    change();
    return difference(before, circumstances(profile, facts, own));
  }
  BlockDevice& root() {
    for (auto& device : facts.devices)
      if (device.path == "/dev/nvme0n1p2") return device;
    throw std::logic_error("the recorded machine has no root");
  }
  static bool has(const std::string& text, const std::string& words) {
    return text.find(words) != std::string::npos;
  }

  Profile profile = sample_profile();
  Facts facts = recorded_machine("alder");
  std::vector<std::string> own{"/mnt/gentoo/environment/mnt/recover"};
};

TEST_F(CircumstancesTest, NothingHasChanged) {
  EXPECT_EQ(drift([] {}), "");
}

TEST_F(CircumstancesTest, ADiskThatChangesIsShownAsItWasAndAsItIs) {
  const auto size = system::exact_bytes(root().size);
  const auto text = drift([&] { root().size -= 4096; });
  EXPECT_TRUE(has(text, "no longer: root: " + size)) << text;
  EXPECT_TRUE(has(text, "now: root: " + system::exact_bytes(root().size))) << text;
}

TEST_F(CircumstancesTest, EveryPartOfWhatATargetIsCounts) {
  const auto as_it_was = facts.devices;
  const auto counts = [&](const std::function<void(BlockDevice&)>& change) {
    const auto text = drift([&] { change(root()); });
    facts.devices = as_it_was;
    return !text.empty();
  };
  EXPECT_TRUE(counts([](auto& device) { device.path = "/dev/nvme9n1p2"; }));
  EXPECT_TRUE(counts([](auto& device) { device.fs_uuid = "5f3a1f0e-8a55-4c60-9a7e-000000000000"; }));
  EXPECT_TRUE(counts([](auto& device) { device.fs_label = "another"; }));
  EXPECT_TRUE(counts([](auto& device) { device.start += 512; }));
  EXPECT_TRUE(counts([](auto& device) { device.in_use = "used as swap"; }));
  EXPECT_TRUE(counts([](auto& device) { device.serial = "ANOTHER"; }));  // then it is not attached any more
}

TEST_F(CircumstancesTest, AMountThatIsGainedCounts) {
  const auto text = drift([&] { facts.mounts.push_back({"/dev/sdz1", "/mnt/usb", "ext4", "rw", "/"}); });
  EXPECT_EQ(text, "now: mounted: /dev/sdz1 on /mnt/usb");
}

TEST_F(CircumstancesTest, ThePlansOwnMountsComeAndGo) {
  EXPECT_EQ(drift([&] {
              facts.mounts.push_back({"/dev/nvme0n1p2", own.front(), "btrfs", "rw", "/@"});
              facts.mounts.push_back({"/dev/nvme0n1p2", own.front() + "/home", "btrfs", "rw", "/@home"});
              facts.mounts.push_back({"proc", "/mnt/gentoo/environment/proc", "proc", "rw", "/"});
            }),
            "");
}

TEST_F(CircumstancesTest, ABackupThatHasFinishedCounts) {
  EXPECT_TRUE(has(drift([&] { facts.storage->stored = {3, 2000, "Vol-0003", 1763800000}; }), "Vol-0003"));
  EXPECT_NE(drift([&] { facts.storage->bootstrap_written = 1763800000; }), "");
}

TEST_F(CircumstancesTest, WhatLastsNamesNoDeviceAndNoMountPoint) {
  for (const auto& sentence : circumstances(profile, facts, own).lasting) {
    EXPECT_FALSE(has(sentence, "/dev/")) << sentence;
    EXPECT_FALSE(has(sentence, facts.storage->mount_point)) << sentence;
  }
}

TEST_F(CircumstancesTest, AnotherChoiceOfTheBackupCounts) {
  facts.backup =
      bacula::Backup{{{1, "B", "Full", "2026-11-20 01:00:00", 100, 1000}}, 100, 1000, {"Vol-0001"}, true};
  const auto before = chosen_backup(facts);
  facts.backup->jobs.push_back({2, "B", "Incremental", "2026-11-21 01:00:00", 1, 10});
  EXPECT_EQ(difference(before, chosen_backup(facts)),
            "now: to be restored: job 2 Incremental of 2026-11-21 01:00:00");
}

}  // namespace
}  // namespace recover::test
