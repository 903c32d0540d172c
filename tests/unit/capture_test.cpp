#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>

#include "recover/capture/answers.hpp"
#include "tests/unit/capture_fixture.hpp"

namespace recover::capture {
namespace {

using tests::kind_of;
using tests::Machine;

TEST(Capture, AHealthyMachineIsFoundWhole) {
  const auto captured = Machine().capture();
  const auto& profile = captured.profile;
  EXPECT_TRUE(captured.complete());
  EXPECT_EQ(profile.name, "alder");
  ASSERT_EQ(profile.disks.size(), 1U) << "the storage volume's disk is not the machine's";
  EXPECT_EQ(profile.disks[0].name, "system");
  EXPECT_EQ(profile.disks[0].size, 500107862016);
  ASSERT_EQ(profile.disks[0].partitions.size(), 2U);
  EXPECT_EQ(profile.disks[0].partitions[1].start, 537919488);
  ASSERT_EQ(profile.filesystem.devices.size(), 1U);
  EXPECT_EQ(profile.filesystem.devices[0].partition, tests::root_guid);
  ASSERT_TRUE(profile.esp);
  EXPECT_EQ(profile.esp->options, "umask=0077") << "as in fstab, not as in the mount table";
  ASSERT_TRUE(profile.boot_loader);
  EXPECT_EQ(profile.boot_loader->id, "debian");
  EXPECT_EQ(profile.boot_loader->target, "x86_64-efi");
  EXPECT_EQ(profile.boot_loader->initramfs, "initramfs-tools");
  EXPECT_TRUE(profile.boot_loader->fallback_path);
  ASSERT_TRUE(profile.efi);
  EXPECT_EQ(profile.efi->loader, "\\EFI\\debian\\shimx64.efi");
  EXPECT_EQ(profile.efi->order, (std::vector<std::string>{"debian", "UEFI PXE"}));
  EXPECT_EQ(profile.storage.volume, "vg2/storage");
  EXPECT_EQ(profile.storage.volumes, "bacula");
  EXPECT_EQ(profile.storage.environment, "environment");
  EXPECT_EQ(profile.storage.bootstraps, "bootstraps");
  EXPECT_EQ(captured.storage_mount, "/mnt/storage");
}

TEST(Capture, SubvolumesAreMountedAsFstabSays) {
  Machine machine;
  machine.put("etc/fstab", "UUID=\"" + tests::root_uuid + "\" / btrfs noatime,subvolid=256 0 0\n" +
                               "/dev/disk/by-uuid/" + tests::root_uuid +
                               " /data\\040x btrfs defaults,subvol=@home 0 0\n" + "UUID=" + tests::root_uuid +
                               " /mnt/top btrfs noauto,subvolid=5 0 0\n");
  const auto captured = machine.capture();
  const auto& subvolumes = captured.profile.subvolumes;
  ASSERT_EQ(subvolumes.size(), 4U);
  EXPECT_EQ(subvolumes[0].mount, "/");
  EXPECT_EQ(subvolumes[0].options, "noatime");
  EXPECT_TRUE(subvolumes[0].is_default);
  EXPECT_EQ(subvolumes[1].mount, "/data x");
  EXPECT_EQ(subvolumes[1].options, "defaults");
  EXPECT_TRUE(subvolumes[2].no_cow);
  EXPECT_EQ(subvolumes[2].mount, "");
  EXPECT_TRUE(subvolumes[3].snapshot && subvolumes[3].read_only);
}

TEST(Capture, WhatOnlyTheMountTableSaysIsAGuess) {
  Machine machine;
  machine.put("etc/fstab", "");
  const auto captured = machine.capture();
  EXPECT_EQ(captured.profile.subvolumes[1].mount, "/home");
  EXPECT_EQ(captured.profile.subvolumes[1].options, "rw");
  EXPECT_EQ(kind_of(captured, "subvolume.@home.mount"), "guess");
}

TEST(Capture, TheTopLevelAsRootIsTold) {
  Machine machine;
  machine.put("etc/fstab", "UUID=" + tests::root_uuid + " / btrfs subvolid=5 0 0\n");
  machine.sight.mounts[0].root = "/";
  EXPECT_EQ(kind_of(machine.capture(), "subvolume"), "not found");
}

TEST(Capture, TheJobThatSavesTheRootIsChosen) {
  const auto captured = Machine().capture();
  EXPECT_EQ(captured.profile.bacula.backup_job, "BackupAlder") << "not the one of the catalog";
  EXPECT_EQ(kind_of(captured, "bacula.backup-job"), "");
  EXPECT_EQ(captured.profile.bacula.fileset, "all");
  EXPECT_EQ(captured.profile.bacula.bootstrap, "alder-fd.bsr") << "%c is the Client";
  EXPECT_EQ(captured.profile.bacula.device, "FileStorage");
  EXPECT_EQ(captured.profile.bacula.archive_device, "/mnt/storage/bacula");
  EXPECT_EQ(captured.profile.bacula.catalog, "sqlite3");
  EXPECT_EQ(kind_of(captured, "bacula.catalog"), "guess");
}

TEST(Capture, TheBootstrapFileOfTheCatalogIsThatOfTheJobThatDumpsIt) {
  EXPECT_EQ(Machine().capture().profile.bacula.catalog_bootstrap, "");
  Machine machine;
  const std::string dumps =
      "Job { Name = Nightly; JobDefs = d; FileSet = Catalog\n"
      "  RunScript {\n    RunsWhen = Before\n    Command = \"/etc/bacula/scripts/make_catalog_backup "
      "bacula\"\n  }\n";
  const auto with = [&](const std::string& more) {
    machine.put("etc/bacula/bacula-dir.conf", Machine::director() + dumps + more + "}\n");
    return machine.capture();
  };
  EXPECT_EQ(with("").profile.bacula.catalog_bootstrap, "") << "both write %c.bsr";
  EXPECT_EQ(with("  Write Bootstrap = \"/mnt/storage/bootstraps/%n.bsr\"\n").profile.bacula.catalog_bootstrap,
            "Nightly.bsr");
  const auto elsewhere = with("  Write Bootstrap = \"/var/lib/bacula/%n.bsr\"\n");
  EXPECT_EQ(elsewhere.profile.bacula.catalog_bootstrap, "");
  EXPECT_NE(elsewhere.remark("bacula.catalog-bootstrap"), nullptr);
  EXPECT_TRUE(elsewhere.complete());
}

TEST(Capture, OneOfTwoJobsIsAGuessThatAnEarlierProfileDecides) {
  Machine machine;
  machine.put("etc/bacula/bacula-dir.conf",
              Machine::director() +
                  "Job { Name = Large; JobDefs = d; FileSet = large\n}\n"
                  "FileSet { Name = large; Include { File = /\n File = /a\n File = /b\n}\n}\n");
  auto captured = machine.capture();
  EXPECT_EQ(captured.profile.bacula.backup_job, "Large");
  EXPECT_EQ(kind_of(captured, "bacula.backup-job"), "guess");
  EXPECT_TRUE(captured.complete());
  captured.profile.bacula.backup_job = "BackupAlder";
  captured.profile.notes["monitor"] = "left";
  captured.profile.disks[0].name = "ssd";
  captured.profile.filesystem.new_uuid = "x";
  const auto again = machine.capture(&captured.profile);
  EXPECT_EQ(again.profile.bacula.backup_job, "BackupAlder");
  EXPECT_EQ(again.profile.notes.at("monitor"), "left");
  EXPECT_EQ(again.profile.filesystem.devices[0].disk, "ssd");
  EXPECT_EQ(again.profile.filesystem.new_uuid, "");
}

TEST(Capture, TheEnvironmentKnowsItsOwnRestoreJob) {
  Machine machine;
  machine.put("mnt/storage/environment/etc/bacula/bacula-dir.conf",
              "Director { Name = alder-dir\n}\nJob { Name = Back; Type = Restore; Client = alder-fd; Storage "
              "= File1\n}\n"
              "Storage { Name = File1; Device = FileStorage\n}\n");
  machine.put("mnt/storage/environment/etc/bacula/bacula-sd.conf",
              "Device { Name = First; Archive Device = /x\n}\nDevice { Name = FileStorage; Archive Device = "
              "/volumes\n}\n");
  const auto captured = machine.capture();
  EXPECT_EQ(captured.profile.bacula.restore_job, "Back");
  EXPECT_EQ(captured.profile.bacula.device, "FileStorage");
  EXPECT_EQ(captured.profile.bacula.archive_device, "/volumes");
  EXPECT_EQ(captured.profile.storage.volumes, "bacula") << "where the machine has them";
  EXPECT_EQ(kind_of(captured, "bacula.restore-job"), "guess");
}

TEST(Capture, AnEnvironmentThatIsNotMadeYetHasItsName) {
  Machine machine;
  std::filesystem::remove_all(machine.dir / "mnt/storage/environment");
  auto captured = machine.capture();
  EXPECT_EQ(captured.profile.storage.environment, "environment");
  EXPECT_EQ(kind_of(captured, "storage.environment"), "guess");
  captured.profile.storage.environment = "rescue-tree";
  EXPECT_EQ(machine.capture(&captured.profile).profile.storage.environment, "rescue-tree");
}

TEST(Capture, AStorageVolumeThatIsNotMountedIsNotTheRoot) {
  Machine machine;
  machine.sight.mounts.pop_back();
  const auto captured = machine.capture();
  EXPECT_EQ(kind_of(captured, "storage"), "not found");
  EXPECT_EQ(captured.profile.storage.uuid, "");
  EXPECT_EQ(captured.storage_mount, "");
  EXPECT_FALSE(captured.complete());
}

TEST(Capture, ABootstrapOnTheRootIsLostWithIt) {
  Machine machine;
  auto text = Machine::director();
  text.replace(text.find("/mnt/storage/bootstraps/%c.bsr"), 30, "/var/lib/bacula/%n.bsr");
  machine.put("etc/bacula/bacula-dir.conf", text);
  const auto captured = machine.capture();
  EXPECT_EQ(captured.profile.bacula.bootstrap, "BackupAlder.bsr");
  EXPECT_EQ(kind_of(captured, "storage.bootstraps"), "not found");
}

TEST(Capture, WithoutEfiVariablesTheFilesOnTheEspTell) {
  Machine machine;
  machine.sight.efi = {};
  machine.sight.efi.problem = "no efivarfs";
  const auto captured = machine.capture();
  ASSERT_TRUE(captured.profile.efi);
  EXPECT_EQ(captured.profile.efi->label, "debian");
  EXPECT_EQ(captured.profile.efi->loader, "\\EFI\\debian\\shimx64.efi") << "shim before grub";
  EXPECT_EQ(kind_of(captured, "efi"), "guess");
  EXPECT_TRUE(
      captured.remark("efi")->text.ends_with("\\EFI\\debian\\shimx64.efi, \\EFI\\debian\\grubx64.efi"));
  EXPECT_TRUE(captured.complete());
}

TEST(Capture, AnEntryOfAnotherDiskIsNotTheMachines) {
  Machine machine;
  machine.sight.efi.entries[1].partition = "22222222-0000-0000-0000-000000000000";
  const auto captured = machine.capture();
  EXPECT_EQ(kind_of(captured, "efi"), "guess");
  machine.sight.efi.entries[1].partition = tests::esp_guid;
  machine.sight.efi.current = 1;  // booted from the network
  EXPECT_EQ(kind_of(machine.capture(), "efi"), "guess");
}

TEST(Capture, TheFirmwaresOwnIdeaOfTheFallbackPathIsNotTheMachines) {
  Machine machine;
  machine.sight.efi.entries.push_back(
      {5, "UEFI Misc Device", "\\EFI\\BOOT\\BOOTX64.EFI", tests::esp_guid, "", true});
  machine.sight.efi.current = 5;
  EXPECT_EQ(machine.capture().profile.efi->label, "debian");
  machine.sight.efi.entries.erase(machine.sight.efi.entries.begin() + 1);
  const auto captured = machine.capture();
  EXPECT_EQ(captured.profile.efi->label, "UEFI Misc Device");
  EXPECT_EQ(captured.profile.boot_loader->id, "debian");
  EXPECT_EQ(kind_of(captured, "boot-loader.id"), "guess");
}

TEST(Capture, AnEspThatIsNotMountedIsTakenFromFstab) {
  Machine machine;
  machine.sight.mounts.erase(machine.sight.mounts.begin() + 2);
  const auto captured = machine.capture();
  ASSERT_TRUE(captured.profile.esp);
  EXPECT_EQ(captured.profile.esp->uuid, "7A1B-22C3");
  EXPECT_EQ(captured.profile.esp->mount, "/boot/efi");
  EXPECT_EQ(kind_of(captured, "esp"), "guess");
  EXPECT_EQ(captured.profile.efi->label, "debian") << "the machine was booted by it";
}

TEST(Capture, WhatTheOperatorWroteStaysWhereTheMachineSaysNothing) {
  Machine machine;
  const auto before = machine.capture().profile;
  const recover::tests::TemporaryDirectory empty;
  auto sight = machine.sight;
  sight.mounts.resize(1);
  look_at_files(empty.path(), sight);
  auto captured = conclude(sight, &before);
  EXPECT_FALSE(captured.complete());
  keep_answers(before, captured);
  EXPECT_TRUE(captured.complete());
  EXPECT_EQ(captured.profile.esp->uuid, "7A1B-22C3");
  EXPECT_EQ(captured.profile.storage.uuid, tests::storage_uuid);
  EXPECT_EQ(captured.profile.bacula.client, "alder-fd");
  EXPECT_EQ(kind_of(captured, "bacula.client"), "guess");
}

TEST(Capture, NotesOutliveAProfileThatDoesNotLoad) {
  const recover::tests::TemporaryDirectory dir;
  EXPECT_EQ(notes_of(dir.put("a.toml", "format = 1\n[notes]\nmonitor = \"left\"\n")).at("monitor"), "left");
  EXPECT_TRUE(notes_of(dir.put("b.toml", "format = 1\n")).empty());
}

TEST(Capture, ABareMachineSaysWhatIsMissing) {
  Machine machine;
  const recover::tests::TemporaryDirectory empty;
  auto sight = machine.sight;
  sight.mounts.resize(1);
  look_at_files(empty.path(), sight);
  const auto captured = conclude(sight, nullptr);
  for (const auto* key : {"esp", "efi", "boot-loader", "storage", "storage.bootstraps", "bacula.director",
                          "bacula.client", "bacula.backup-job", "bacula.fileset", "bacula.device",
                          "bacula.archive-device", "bacula.catalog", "bacula.bootstrap"})
    EXPECT_EQ(kind_of(captured, key), "not found") << key;
}

TEST(Capture, DisksWithoutASerialAndMappedDevices) {
  Machine machine;
  for (auto& device : machine.sight.devices)
    if (device.disk == "/dev/sda") device.serial = device.table_uuid;
  EXPECT_EQ(kind_of(machine.capture(), "disk.system.serial"), "note");
  machine.sight.devices[2].volume = "luks-1";
  EXPECT_EQ(kind_of(machine.capture(), "filesystem.devices"), "not found");
  machine.sight.devices[2].volume = "vg/root";
  const auto captured = machine.capture();
  ASSERT_EQ(captured.profile.filesystem.devices.size(), 1U);
  EXPECT_EQ(captured.profile.filesystem.devices[0].volume, "vg/root");
  EXPECT_EQ(captured.profile.filesystem.devices[0].partition, "");
}

}  // namespace
}  // namespace recover::capture
