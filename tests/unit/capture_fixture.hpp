// A healthy machine in small: its files in a directory of the test's own, the rest as values.
#pragma once

#include "recover/capture/capture.hpp"
#include "recover/capture/look.hpp"
#include "tests/unit/system_temporary.hpp"

namespace recover::capture::tests {

inline const std::string root_uuid = "5f3a1f0e-8a55-4c60-9a7e-2f6f2b7f1c11";
inline const std::string storage_uuid = "0b8d3f67-9d1c-4f4f-8b64-6b1d8e9f2a10";
inline const std::string esp_guid = "11111111-7b1e-4a53-8a55-0f9f5b6d7e21";
inline const std::string root_guid = "c1a1f1b2-7b1e-4a53-8a55-0f9f5b6d7e21";

inline BlockDevice device(const std::string& path, const std::string& disk, const std::string& serial,
                          int number, std::int64_t start, std::int64_t size) {
  BlockDevice made;
  made.path = path;
  made.disk = disk;
  made.serial = serial;
  made.number = number;
  made.start = start;
  made.size = size;
  made.table_uuid = disk == "/dev/sda" ? "6b9e52f7-4a35-4bb2-a5f5-4bd9d0b4a3c1" : "";
  return made;
}

class Machine {
 public:
  Machine() {
    auto& devices = sight.devices;
    devices = {device("/dev/sda", "/dev/sda", "S4E", 0, 0, 500107862016),
               device("/dev/sda1", "/dev/sda", "S4E", 1, 1048576, 536870912),
               device("/dev/sda2", "/dev/sda", "S4E", 2, 537919488, 499569942528),
               device("/dev/sdb", "/dev/sdb", "WD-1", 0, 0, 4000787030016),
               device("/dev/mapper/vg2-storage", "/dev/sdb", "WD-1", 0, 0, 2000000000000)};
    devices[1].partition_uuid = esp_guid;
    devices[1].partition_type = "c12a7328-f81f-11d2-ba4b-00a0c93ec93b";
    devices[1].fs_type = "vfat";
    devices[1].fs_uuid = "7A1B-22C3";
    devices[2].partition_uuid = root_guid;
    devices[2].partition_type = "0fc63daf-8483-4772-8e79-3d69d8477de4";
    devices[2].fs_type = "btrfs";
    devices[2].fs_uuid = root_uuid;
    devices[4].volume = "vg2/storage";
    devices[4].fs_type = "ext4";
    devices[4].fs_uuid = storage_uuid;
    sight.mounts = {{"/dev/sda2", "/", "btrfs", "rw,relatime,subvolid=256,subvol=/@", "/@"},
                    {"/dev/sda2", "/home", "btrfs", "rw,subvolid=257,subvol=/@home", "/@home"},
                    {"/dev/sda1", "/boot/efi", "vfat", "rw,relatime,fmask=0022", "/"},
                    {"/dev/mapper/vg2-storage", "/mnt/storage", "ext4", "rw", "/"}};
    auto& root = sight.root;
    root.uuid = root_uuid;
    root.label = "alder-root";
    root.data = "single";
    root.metadata = "dup";
    root.checksum = "crc32c";
    root.node_size = 16384;
    root.sector_size = 4096;
    root.features = {"extref", "no-holes"};
    root.devices = {"/dev/sda2"};
    root.subvolumes = {{256, "@", true, false, false, false},
                       {257, "@home", false, false, false, false},
                       {258, "@/var/lib/machines", false, true, false, false},
                       {259, "@snapshots/1", false, false, true, true}};
    sight.architecture = "x86_64";
    sight.own_names = {"localhost", "127.0.0.1", "alder"};
    sight.efi.booted = sight.efi.usable = true;
    sight.efi.entries = {{1, "UEFI PXE", "", "", "", true},
                         {3, "debian", "\\EFI\\debian\\shimx64.efi", esp_guid, "", true}};
    sight.efi.order = {3, 1};
    sight.efi.current = 3;
    put("etc/hostname", "alder.example.org\n");
    put("etc/machine-id", "0f0e0d0c0b0a09080706050403020100\n");
    put("etc/fstab", "UUID=" + root_uuid + " / btrfs noatime,subvol=/@ 0 0\n" + "UUID=" + root_uuid +
                         " /home btrfs noatime,compress=zstd,subvol=@home 0 0\n"
                         "UUID=7A1B-22C3 /boot/efi vfat umask=0077 0 1\n");
    for (const auto* loader : {"debian/shimx64.efi", "debian/grubx64.efi", "BOOT/BOOTX64.EFI"})
      put(std::string("boot/efi/EFI/") + loader, "");
    put("boot/grub/grub.cfg", "");
    for (const auto* name : {"grub-install", "grub-mkconfig", "update-initramfs"})
      program(std::string("usr/sbin/") + name);
    put("var/lib/bacula/bacula.db", "");
    put("etc/bacula/bacula-dir.conf", director());
    put("etc/bacula/bacula-fd.conf", "FileDaemon { Name = alder-fd }\n");
    put("etc/bacula/bacula-sd.conf",
        "Device { Name = FileStorage; Archive Device = /mnt/storage/bacula\n}\n"
        "Device { Name = Other; Archive Device = /srv/other\n}\n");
    program("mnt/storage/environment/usr/sbin/bconsole");
    put("mnt/storage/environment/etc/bacula/bconsole.conf",
        "Director { Name = alder-dir\nPassword = hush\n}\n");
  }

  static std::string director() {
    return "Director { Name = alder-dir\nPassword = hush\n}\n"
           "JobDefs { Name = d; Type = Backup; Client = alder-fd; Storage = File1\n"
           " Write Bootstrap = /mnt/storage/bootstraps/%c.bsr\n}\n"
           "Job { Name = BackupAlder; JobDefs = d; FileSet = all\n}\n"
           "Job { Name = BackupCatalog; JobDefs = d; FileSet = Catalog\n}\n"
           "Job { Name = RestoreFiles; Type = Restore; Client = alder-fd; FileSet = all\n}\n"
           "Job { Name = BackupOther; JobDefs = d; Client = other-fd; FileSet = all\n}\n"
           "FileSet { Name = all; Include { File = /; File = /home }\n}\n"
           "FileSet { Name = Catalog; Include { File = /var/lib/bacula/bacula.sql }\n}\n"
           "Client { Name = alder-fd; Address = alder\n}\nClient { Name = other-fd; Address = other\n}\n"
           "Storage { Name = File1; Device = FileStorage\n}\n"
           "Catalog { Name = c; dbname = bacula; dbpassword = hush\n}\n";
  }

  void put(const std::string& name, const std::string& content) { dir.put(name, content); }
  void program(const std::string& name) {
    put(name, "");
    std::filesystem::permissions(dir / name, std::filesystem::perms::owner_all);
  }
  Captured capture(const Profile* before = nullptr) {
    auto seen = sight;
    look_at_files(dir.path(), seen);
    return conclude(seen, before);
  }

  Sight sight;
  recover::tests::TemporaryDirectory dir;
};

// "guess", "not found", "note", or empty.
inline std::string kind_of(const Captured& captured, const std::string& key) {
  const auto* remark = captured.remark(key);
  return remark == nullptr ? "" : to_string(remark->kind);
}

}  // namespace recover::capture::tests
