#include "recover/capture/drift.hpp"

#include <gtest/gtest.h>

#include "tests/unit/capture_fixture.hpp"

namespace recover::capture {
namespace {

using tests::Machine;
using Sentences = std::vector<std::string>;

Sentences drift_of(Machine& machine, const Profile& was) {
  return find_drift(was, machine.capture(&was));
}

TEST(Drift, AMachineThatIsAsItWasHasNone) {
  Machine machine;
  EXPECT_EQ(drift_of(machine, machine.capture().profile), Sentences{});
}

TEST(Drift, SnapshotsAndForeignEntriesComeAndGo) {
  Machine machine;
  const auto was = machine.capture().profile;
  machine.sight.root.subvolumes.back().path = "@snapshots/2";
  machine.sight.efi.entries.push_back({7, "Windows", "\\EFI\\Microsoft\\x.efi", "other", "", true});
  machine.sight.efi.order = {7, 1, 3};
  EXPECT_EQ(drift_of(machine, was), Sentences{});
}

TEST(Drift, NamesWhatChanged) {
  Machine machine;
  const auto was = machine.capture().profile;
  machine.put("etc/fstab",
              "UUID=" + tests::root_uuid + " / btrfs noatime,subvol=@ 0 0\n" + "UUID=" + tests::root_uuid +
                  " /home btrfs noatime,compress=zstd,subvol=@home 0 0\nUUID=" + tests::root_uuid +
                  " /srv btrfs rw,subvol=@new 0 0\nUUID=7A1B-22C3 /boot/efi vfat umask=0077 0 1\n");
  machine.sight.root.subvolumes.push_back({300, "@new", false, false, false, false});
  machine.sight.root.label = "";
  machine.sight.devices[2].size -= 4096;
  EXPECT_EQ(drift_of(machine, was),
            (Sentences{"disk system: the size of partition 2 is 499569938432, the profile says 499569942528",
                       "filesystem: the label is nothing, the profile says alder-root",
                       "filesystem: the subvolume @new is mounted at /srv and is not in the profile"}));
}

TEST(Drift, ADiskThatWasReplacedKeepsItsName) {
  Machine machine;
  const auto was = machine.capture().profile;
  for (auto& device : machine.sight.devices)
    if (device.disk == "/dev/sda") device.serial = "NEW";
  EXPECT_EQ(drift_of(machine, was), Sentences{"disk system: the serial is NEW, the profile says S4E"});
}

TEST(Drift, WhatCannotBeLookedAtIsNotPassedOver) {
  Machine machine;
  const auto was = machine.capture().profile;
  machine.sight.mounts.pop_back();
  const auto drifts = drift_of(machine, was);
  ASSERT_FALSE(drifts.empty());
  EXPECT_TRUE(drifts[0].starts_with("storage: it could not be compared: ")) << drifts[0];
}

TEST(Drift, AnEspThatIsNotMountedNowIsNoDrift) {
  Machine machine;
  const auto was = machine.capture().profile;
  machine.sight.mounts.erase(machine.sight.mounts.begin() + 2);
  EXPECT_EQ(drift_of(machine, was), Sentences{});
}

TEST(Drift, AProfileWithANewUuidIsComparedByThat) {
  Machine machine;
  auto was = machine.capture().profile;
  was.filesystem.new_uuid = was.filesystem.uuid;
  was.filesystem.uuid = "00000000-8a55-4c60-9a7e-2f6f2b7f1c11";
  EXPECT_EQ(drift_of(machine, was), Sentences{});
}

}  // namespace
}  // namespace recover::capture
