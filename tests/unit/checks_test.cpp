// Each check against a machine on which it holds and one on which it must not.
#include <gtest/gtest.h>

#include <functional>

#include "recover/check.hpp"
#include "tests/unit/fake_run.hpp"

namespace recover::test {
namespace {

Answer ask(const std::string& name, const Facts& facts) {
  const auto* check = find_check(name);
  EXPECT_NE(check, nullptr) << name;
  return check->ask(sample_profile(), facts);
}

BlockDevice& target(Facts& facts) {
  return facts.devices[2];
}

// What must be changed on a good machine so that the check fails, and a word that its sentence must then
// hold.
struct Case {
  const char* check;
  std::function<void(Facts&)> spoil;
  const char* word;
};

void PrintTo(const Case& spoiled, std::ostream* out) {
  *out << spoiled.check;
}

Facts all_good() {
  auto facts = good_facts();
  target(facts).fs_type = "btrfs";
  target(facts).fs_uuid = sample_profile().filesystem.uuid;
  facts.mounts.push_back({target(facts).path, "/", "btrfs", "rw", "/@"});
  facts.losses = LossFacts{};
  facts.gate = GateFacts{};
  facts.aftercare = AftercareFacts{};
  facts.machine_id = sample_profile().machine_id;
  return facts;
}

class Spoiled : public testing::TestWithParam<Case> {};

TEST_P(Spoiled, HoldsOnAGoodMachine) {
  EXPECT_EQ(ask(GetParam().check, all_good()).verdict, Verdict::holds)
      << ask(GetParam().check, all_good()).evidence;
}

TEST_P(Spoiled, FailsWithEvidenceAndRemedyOnASpoiledOne) {
  auto facts = all_good();
  GetParam().spoil(facts);
  const auto answer = ask(GetParam().check, facts);
  EXPECT_EQ(answer.verdict, Verdict::fails);
  EXPECT_NE(answer.evidence.find(GetParam().word), std::string::npos) << answer.evidence;
  EXPECT_FALSE(answer.remedy.empty());
}

const Case cases[] = {
    {"root-user", [](Facts& f) { f.root_user = false; }, "root"},
    {"tools", [](Facts& f) { f.tools[0].path = ""; }, "mkfs.btrfs"},
    {"target-found", [](Facts& f) { target(f).serial = "OTHER"; }, "S4EVNX0R123456"},
    {"target-size", [](Facts& f) { f.devices[0].size -= 512; }, "bytes"},
    {"target-free", [](Facts& f) { target(f).in_use = "mounted on /x"; }, "mounted on /x"},
    {"target-free", [](Facts& f) { target(f).read_only = true; }, "read-only"},
    {"target-not-storage", [](Facts& f) { target(f).fs_uuid = sample_profile().storage.uuid; },
     "storage volume"},
    {"target-not-storage",
     [](Facts& f) {
       f.devices[4].beneath = {"/dev/md0", target(f).path, target(f).disk};
     },
     "/dev/mapper/vg2-storage"},
    {"target-not-live-medium", [](Facts& f) { target(f).live = "mounted on /run/live/medium"; },
     "/run/live/medium"},
    {"target-not-live-medium",
     [](Facts& f) {
       f.devices[3].live = "mounted on /run/rootfsbase";
       f.devices[3].beneath = {target(f).path};
     },
     "/dev/nvme1n1"},
    {"target-not-member", [](Facts& f) { target(f).fs_type = "LVM2_member"; }, "LVM2_member"},
    {"target-not-member", [](Facts& f) { target(f).fs_type = "linux_raid_member"; }, "linux_raid_member"},
    {"target-not-member", [](Facts& f) { target(f).fs_type = "bcache"; }, "bcache"},
    {"target-not-member",
     [](Facts& f) {  // a lost ESP would be made again on it
       f.devices[1].fs_type = f.devices[1].fs_uuid = "";
       f.devices[3].beneath = {f.devices[1].path};
       f.devices[3].fs_type = "drbd";
     },
     "drbd"},
    {"target-free",
     [](Facts& f) {
       f.devices[3].beneath = {target(f).path};
       f.devices[3].in_use = "used as swap";
     },
     "swap"},
    {"uuid-unique", [](Facts& f) { f.devices[3].fs_uuid = sample_profile().filesystem.uuid; },
     "/dev/nvme1n1"},
    {"storage-mounted", [](Facts& f) { f.storage.reset(); }, "not mounted"},
    {"storage-mounted", [](Facts& f) { f.storage->writable = false; }, "read-only"},
    {"storage-mounted", [](Facts& f) { f.storage->free_bytes = 4096; }, "full"},
    {"environment-complete", [](Facts& f) { f.storage->environment = false; }, "no recovery environment"},
    {"environment-complete", [](Facts& f) { f.storage->environment_tools[4].path = ""; }, "bextract"},
    {"volumes-readable", [](Facts& f) { f.storage->volumes[1].problem = "The volume Vol-0002 is missing"; },
     "Vol-0002"},
    {"backup-chosen", [](Facts& f) { f.backup->files = 0; }, "no files"},
    {"backup-fits", [](Facts& f) { f.backup->bytes = std::int64_t{1} << 60; }, "does not fit"},
    {"backup-proven", [](Facts& f) { f.storage->volumes[1].modified = 2; }, "was written to since"},
    {"backup-proven", [](Facts& f) { f.storage->volumes[1].size -= 1; }, "has changed since"},
    {"backup-proven", [](Facts& f) { f.proof->bootstrap = "another"; }, "backup.bsr"},
    {"restore-only", [](Facts& f) { f.director->writing_jobs = {"Nightly"}; }, "Nightly"},
    {"restore-only", [](Facts& f) { f.director->schedules = {"Weekly"}; }, "Weekly"},
    {"restore-only", [](Facts& f) { f.director->name = "other-dir"; }, "other-dir"},
    {"filesystem-on-disk", [](Facts& f) { target(f).fs_uuid = "x"; }, "btrfs"},
    {"filesystem-made", [](Facts& f) { f.filesystem->label = "x"; }, "label"},
    {"filesystem-made", [](Facts& f) { f.filesystem->metadata = "single"; }, "metadata"},
    {"filesystem-made", [](Facts& f) { f.filesystem->subvolumes[0].is_default = false; }, "default"},
    {"filesystem-made", [](Facts& f) { f.filesystem->subvolumes[3].no_cow = false; }, "copy-on-write"},
    {"filesystem-made",
     [](Facts& f) { f.filesystem->subvolumes.erase(f.filesystem->subvolumes.begin() + 2); }, "@home"},
    {"tree-complete", [](Facts& f) { f.tree->missing = 1, f.tree->examples = {"/etc/x is missing"}; },
     "/etc/x"},
    {"tree-complete", [](Facts& f) { f.tree->different = 1; }, "differ"},
    {"directories-present", [](Facts& f) { f.tree->absent_directories = {"/proc"}; }, "/proc"},
    {"fstab-resolves", [](Facts& f) { f.tree->unresolved_uuids = {"UUID=x"}; }, "UUID=x"},
    {"tools", [](Facts& f) { f.tools[7].path = ""; }, "mkfs.vfat"},
    {"tools", [](Facts& f) { f.tools[8].path = ""; }, "lvchange"},
    {"filesystem-made", [](Facts& f) { f.filesystem->checksum = "xxhash"; }, "checksum"},
    {"filesystem-made", [](Facts& f) { f.filesystem->node_size = 4096; }, "node size"},
    {"filesystem-made", [](Facts& f) { f.filesystem->sector_size = 16384; }, "sector size"},
    {"filesystem-made", [](Facts& f) { f.filesystem->features = {"extref"}; }, "skinny-metadata"},
    {"efi-variables", [](Facts& f) { f.efi.usable = false, f.efi.problem = "efivarfs is not mounted"; },
     "not mounted"},
    {"efi-entry", [](Facts& f) { f.efi.entries.pop_back(); }, "no entry \"debian\""},
    {"efi-entry", [](Facts& f) { f.efi.entries[1].loader = "\\EFI\\other.efi"; }, "no entry"},
    {"efi-entry", [](Facts& f) { f.efi.entries[1].partition = f.efi.entries[0].partition; }, "no entry"},
    {"efi-entry", [](Facts& f) { f.efi.entries[1].active = false; }, "not active"},
    {"efi-entry",
     [](Facts& f) {
       f.efi.order = {0, 1};
     },
     "not the first"},
    {"efi-entry", [](Facts& f) { f.efi.order.clear(); }, "not the first"},
    {"efi-entry",
     [](Facts& f) {
       f.efi.entries.push_back(f.efi.entries[1]);
       f.efi.entries.back().number = 0x1f;
     },
     "Boot001F is a stale"},
    {"efi-entry", [](Facts& f) { f.efi = {}, f.efi.problem = "efivarfs is not mounted"; }, "not mounted"},
    {"boot-partitions", [](Facts& f) { f.devices[1].partition_uuid = "x"; }, "not attached"},
    {"boot-partitions", [](Facts& f) { f.devices[1].fs_type = "ext4"; }, "not overwritten"},
    {"boot-partitions", [](Facts& f) { f.devices[1].fs_uuid = "0000-0001"; }, "0000-0001"},
    {"boot-partitions",
     [](Facts& f) { f.devices[1].fs_type = f.devices[1].fs_uuid = "", f.devices[1].in_use = "swap"; },
     "swap"},
    {"boot-partitions",
     [](Facts& f) { f.devices[1].fs_type = f.devices[1].fs_uuid = "", f.devices[1].read_only = true; },
     "read-only"},
    {"esp-mounted", [](Facts& f) { f.boot->esp_uuid = ""; }, "Nothing is mounted"},
    {"esp-mounted", [](Facts& f) { f.boot->esp_uuid = "0000-0001"; }, "0000-0001"},
    {"loader-present", [](Facts& f) { f.boot->loaders.pop_back(); }, "shimx64.efi"},
    {"loader-present", [](Facts& f) { f.boot->loaders.clear(); }, "no loader at all"},
    {"grub-config", [](Facts& f) { f.boot->problem = "There is no /boot/grub/grub.cfg"; }, "There is no"},
    {"grub-config", [](Facts& f) { f.boot->menu.clear(); }, "no entry"},
    {"grub-config", [](Facts& f) { f.boot->menu[0].root = "/dev/sda2"; }, "/dev/sda2"},
    {"grub-config", [](Facts& f) { f.boot->menu[0].root = "UUID=x"; }, "UUID=x"},
    {"grub-config", [](Facts& f) { f.boot->menu[0].root = ""; }, "no root="},
    {"grub-config", [](Facts& f) { f.boot->menu[0].filesystem = "0d1c2b3a"; }, "0d1c2b3a"},
    {"kernel-present", [](Facts& f) { f.boot->menu[0].kernel_there = false; }, "vmlinuz-6.1.0-18-amd64"},
    {"kernel-present", [](Facts& f) { f.boot->menu[0].initramfs_there = false; }, "initrd.img"},
    {"kernel-present", [](Facts& f) { f.boot->menu[0].modules_there = false; }, "/lib/modules"},
    {"kernel-present", [](Facts& f) { f.boot->menu.clear(); }, "no entry"},
    {"efi-variables", [](Facts& f) { f.efi.free_bytes = 0; }, "full"},
    {"booted-by-efi", [](Facts& f) { f.efi.booted = false; }, "not started by UEFI"},
    {"virtualisation-on", [](Facts& f) { f.virtualisation = false; }, "vmx"},
    {"losses-repaired",
     [](Facts& f) {
       f.losses = LossFacts{2, {"ACL of /bin/ping", "xattr of /bin/ping"}};
     },
     "ACL of /bin/ping"},
    {"gate-closed", [](Facts& f) { f.gate->open = {"2026-11-20 03:00:00 (/var/lib/recover)"}; },
     "2026-11-20"},
    {"aftercare-done",
     [](Facts& f) {
       f.aftercare->snapper = {{"home", "/home/.snapshots", false, false}};
     },
     "/home/.snapshots"},
    {"aftercare-done", [](Facts& f) { f.aftercare->docker_layers = 3; }, "3 subvolumes"},
    {"on-the-machine", [](Facts& f) { f.in_chroot = true; }, "chroot"},
    {"on-the-machine", [](Facts& f) { f.machine_id = "other"; }, "/etc/machine-id"},
    {"on-the-machine", [](Facts& f) { target(f).fs_uuid = "x"; }, "has the UUID x"},
    {"on-the-machine",
     [](Facts& f) {
       f.mounts.back() = {"airootfs", "/", "overlay", "rw", "/"};
     },
     "overlay"},
    {"on-the-machine",
     [](Facts& f) {
       f.mounts.push_back({"/dev/mapper/vg2-storage", "/", "ext4", "rw", "/"});
     },
     "0b8d3f67-9d1c-4f4f-8b64-6b1d8e9f2a10"},
    {"environment-proven", [](Facts& f) { f.storage->stamp.reset(); }, "says nothing of a proof"},
    {"nothing-mounted",
     [](Facts& f) {
       f.mounts.push_back({"proc", "/mnt/gentoo/environment/proc", "proc", "", "/"});
     },
     "/mnt/gentoo/environment/proc"},
};

INSTANTIATE_TEST_SUITE_P(Checks, Spoiled, testing::ValuesIn(cases));

TEST(Checks, HaveATestEachThatTheyCanFail) {
  for (const auto& check : all_checks()) {
    bool tested = false;
    for (const auto& spoiled : cases) tested |= check.name == spoiled.check;
    EXPECT_TRUE(tested) << check.name;
  }
}

TEST(Checks, AreUnknownNotWellWhenTheFactsAreNotThere) {
  Facts none;
  for (const auto& check : all_checks()) {
    if (check.name == "nothing-mounted" || check.name == "tools" || check.name == "uuid-unique") continue;
    EXPECT_NE(check.ask(sample_profile(), none).verdict, Verdict::holds) << check.name;
  }
}

TEST(Checks, AWholeDiskWithPartitionsIsNotFree) {
  auto profile = sample_profile();
  profile.filesystem.devices[0].partition = "";
  profile.disks[0].table_uuid = "";
  const auto answer = find_check("target-free")->ask(profile, good_facts());
  EXPECT_EQ(answer.verdict, Verdict::fails);
  EXPECT_NE(answer.evidence.find("partition table"), std::string::npos);
}

TEST(Checks, AWholeDiskWithATableWithoutANumberIsNotFree) {
  auto profile = sample_profile();
  profile.filesystem.devices[0].partition = "";
  auto facts = good_facts();
  std::erase_if(facts.devices, [](const auto& device) { return device.path.starts_with("/dev/nvme0n1p"); });
  facts.devices[0].table_uuid = "";
  EXPECT_EQ(find_check("target-free")->ask(profile, facts).verdict, Verdict::holds);
  facts.devices[0].table_type = "dos";
  EXPECT_EQ(find_check("target-free")->ask(profile, facts).verdict, Verdict::fails);
}

TEST(Checks, APartitionOfAWholeDiskThatIsUsedOrAMemberIsRefused) {
  auto profile = sample_profile();
  profile.filesystem.devices[0].partition = "";
  profile.esp.reset();
  auto facts = good_facts();
  facts.devices[1].fs_type = "zfs_member";
  EXPECT_EQ(find_check("target-not-member")->ask(profile, facts).verdict, Verdict::fails);
  facts.devices[1].in_use = "mounted on /x";
  EXPECT_EQ(find_check("target-free")->ask(profile, facts).verdict, Verdict::fails);
  facts.devices[1].live = "mounted on /run/archiso/bootmnt";
  EXPECT_EQ(find_check("target-not-live-medium")->ask(profile, facts).verdict, Verdict::fails);
}

TEST(Checks, StorageOnTheWholeDiskOfTheTargetIsRefused) {
  auto profile = sample_profile();
  profile.filesystem.devices[0].partition = "";
  auto facts = good_facts();
  facts.devices[1].fs_uuid = profile.storage.uuid;
  EXPECT_EQ(find_check("target-not-storage")->ask(profile, facts).verdict, Verdict::fails);
}

TEST(Checks, AToolThatThisMachineDoesNotNeedMayBeMissing) {
  auto profile = sample_profile();
  profile.esp.reset();
  profile.storage.volume = "";
  auto facts = good_facts();
  facts.tools[7].path = facts.tools[8].path = "";
  facts.tools.push_back({"mkfs.xfs", ""});
  EXPECT_EQ(find_check("tools")->ask(profile, facts).verdict, Verdict::holds);
  profile.filesystem.devices[0].volume = "vg1/root";
  EXPECT_EQ(find_check("tools")->ask(profile, facts).verdict, Verdict::fails);
}

TEST(Checks, ANewUuidIsTheOneThatIsAskedFor) {
  auto profile = sample_profile();
  const auto old = profile.filesystem.uuid, made = std::string("99999999-8a55-4c60-9a7e-2f6f2b7f1c11");
  profile.filesystem.new_uuid = made;
  auto facts = all_good();
  facts.devices[3].fs_uuid = old;  // the disk for whose sake there is a new one
  EXPECT_EQ(find_check("uuid-unique")->ask(profile, facts).verdict, Verdict::holds);
  for (const auto* check : {"filesystem-on-disk", "filesystem-made", "grub-config"})
    EXPECT_EQ(find_check(check)->ask(profile, facts).verdict, Verdict::fails) << check;
  target(facts).fs_uuid = facts.filesystem->uuid = made;
  facts.boot->menu[0].root = "UUID=" + made;
  const auto answer = find_check("grub-config")->ask(profile, facts);
  EXPECT_EQ(answer.verdict, Verdict::fails);
  EXPECT_NE(answer.evidence.find("old UUID " + old), std::string::npos) << answer.evidence;
  facts.boot->uuids = {made};
  for (const auto* check : {"filesystem-on-disk", "filesystem-made", "grub-config"})
    EXPECT_EQ(find_check(check)->ask(profile, facts).verdict, Verdict::holds) << check;
  facts.devices[3].fs_uuid = made;
  EXPECT_EQ(find_check("uuid-unique")->ask(profile, facts).verdict, Verdict::fails);
}

TEST(Checks, ASnapshotThatIsNotMadeIsNotMissed) {
  auto profile = sample_profile();
  profile.subvolumes.push_back({"@snapshots/1", "", "rw", false, false, true, true});
  EXPECT_EQ(find_check("filesystem-made")->ask(profile, good_facts()).verdict, Verdict::holds);
}

TEST(Checks, WithoutEfiVariablesTheFallbackPathCounts) {
  auto profile = sample_profile();
  profile.without_efi_variables = true;
  auto facts = good_facts();
  facts.efi = {};
  EXPECT_EQ(find_check("efi-variables")->ask(profile, facts).verdict, Verdict::holds);
  EXPECT_EQ(find_check("efi-entry")->ask(profile, facts).verdict, Verdict::holds);
  const auto answer = find_check("loader-present")->ask(profile, facts);
  EXPECT_EQ(answer.verdict, Verdict::fails);
  EXPECT_NE(answer.evidence.find("BOOTx64.EFI"), std::string::npos) << answer.evidence;
  facts.boot->loaders.push_back("\\EFI\\BOOT\\BOOTX64.EFI");
  EXPECT_EQ(find_check("loader-present")->ask(profile, facts).verdict, Verdict::holds);
}

TEST(Checks, WithoutAnEntryInTheProfileGrubOrShimWillDo) {
  auto profile = sample_profile();
  profile.efi.reset();
  EXPECT_EQ(find_check("efi-variables")->ask(profile, Facts{}).verdict, Verdict::holds);
  auto facts = good_facts();
  facts.boot->loaders = {"\\EFI\\Debian\\grubx64.efi"};
  EXPECT_EQ(find_check("loader-present")->ask(profile, facts).verdict, Verdict::holds);
}

TEST(Checks, AnEspThatIsEmptyIsMadeAgainAndAKeptOneMayBeMounted) {
  auto facts = good_facts();
  facts.devices[1].in_use = "mounted on /boot/efi";
  EXPECT_EQ(find_check("boot-partitions")->ask(sample_profile(), facts).verdict, Verdict::holds);
  facts.devices[1].fs_type = facts.devices[1].fs_uuid = facts.devices[1].in_use = "";
  const auto answer = find_check("boot-partitions")->ask(sample_profile(), facts);
  EXPECT_EQ(answer.verdict, Verdict::holds);
  EXPECT_NE(answer.evidence.find("made again"), std::string::npos) << answer.evidence;
  auto profile = sample_profile();
  profile.esp.reset();
  EXPECT_EQ(find_check("boot-partitions")->ask(profile, facts).verdict, Verdict::holds);
}

TEST(Checks, RootOnLvmIsNamedByTheMapper) {
  auto profile = sample_profile();
  profile.filesystem.devices[0].partition = "";
  profile.filesystem.devices[0].volume = "vg-1/root";
  auto facts = good_facts();
  facts.devices[2].fs_uuid = profile.filesystem.uuid;
  facts.boot->menu[0].root = "/dev/mapper/vg--1-root";
  EXPECT_EQ(find_check("grub-config")->ask(profile, facts).verdict, Verdict::holds);
  facts.boot->menu[0].root = "/dev/mapper/vg2-root";
  EXPECT_EQ(find_check("grub-config")->ask(profile, facts).verdict, Verdict::fails);
}

TEST(Checks, AnotherSystemInTheMenuIsLeftAlone) {
  auto facts = all_good();
  facts.devices[3].fs_uuid = "another";
  facts.boot->menu.push_back({"Fedora (on /dev/nvme1n1)", "UUID=another", "another", "/vmlinuz-6.5", {}});
  for (const auto* check : {"grub-config", "kernel-present"})
    EXPECT_EQ(ask(check, facts).verdict, Verdict::holds) << ask(check, facts).evidence;
  // A live image, netboot, a disk in a drawer: as long as it is not what starts by default.
  facts.boot->menu.back().filesystem = "";
  for (const auto* check : {"grub-config", "kernel-present"})
    EXPECT_EQ(ask(check, facts).verdict, Verdict::holds) << check;
  std::swap(facts.boot->menu.front(), facts.boot->menu.back());
  for (const auto* check : {"grub-config", "kernel-present"})
    EXPECT_EQ(ask(check, facts).verdict, Verdict::fails) << check;
}

TEST(Checks, WhatLiesBeneathTheRootsVolumeIsNoClone) {
  auto profile = sample_profile();
  profile.filesystem.devices[0].partition = "";
  profile.filesystem.devices[0].volume = "vg1/root";
  auto facts = all_good();
  target(facts).volume = "vg1/root";
  target(facts).partition_uuid = "";
  auto origin = target(facts);
  origin.path = "/dev/mapper/vg1-root-real";
  origin.volume = "vg1/root-real";
  facts.devices.push_back(origin);
  EXPECT_EQ(find_check("uuid-unique")->ask(profile, facts).verdict, Verdict::holds);
  facts.devices.back().volume = "vg1/rootcopy";
  EXPECT_EQ(find_check("uuid-unique")->ask(profile, facts).verdict, Verdict::fails);
}

// Laws 1 and 2: whatever a playbook says.
TEST(Checks, TheseMustHoldBeforeAnythingIsDestroyed) {
  std::vector<std::string_view> found;
  for (const auto& check : all_checks())
    if (check.before_destroying) found.push_back(check.name);
  const std::vector<std::string_view> expected{"backup-chosen",
                                               "backup-fits",
                                               "backup-proven",
                                               "boot-partitions",
                                               "target-found",
                                               "target-free",
                                               "target-not-live-medium",
                                               "target-not-member",
                                               "target-not-storage",
                                               "target-size",
                                               "uuid-unique",
                                               "volumes-readable"};
  EXPECT_EQ(found, expected);
}

}  // namespace
}  // namespace recover::test
