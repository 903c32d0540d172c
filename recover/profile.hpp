// The machine profile (machine.toml): the machine as it must be again. Captured on the healthy machine, never
// typed from memory. docs/formats.md describes the file.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace recover {

// As it was in the partition table, for a new disk or the operator who must make the table again.
struct ProfilePartition {
  std::int64_t number = 0;
  std::string guid, type;            // GPT partition GUID and type GUID
  std::string name;                  // may be empty
  std::int64_t start = 0, size = 0;  // bytes
};

// What a disk was whose place another has taken.
struct ReplacedDisk {
  std::string serial, wwn, table_uuid;
  std::int64_t size = 0;  // bytes
};

struct ProfileDisk {
  std::string name;        // how the profile's other parts call it
  std::string serial;      // a loop device has none: its backing file's path stands for it; a disk without a
                           // serial is known by the GUID of its partition table
  std::string wwn;         // may be empty
  std::string table_uuid;  // GUID of the partition table; may be empty
  std::int64_t size = 0;   // bytes
  std::vector<ProfilePartition> partitions;  // may be empty
  // Not in the file: told by the operator of this run (--replace). All of the above is then the new disk's,
  // and `partitions` what it gets.
  std::optional<ReplacedDisk> replaces = {};
};

struct ProfileDevice {
  std::string disk;       // a ProfileDisk's name
  std::string partition;  // GPT partition GUID; empty: the whole disk, or `volume`
  std::string volume;     // LVM "group/volume" on that disk; then `partition` is empty
};

struct ProfileFilesystem {
  std::string uuid, label;
  std::string data, metadata;  // chunk profiles, as mkfs.btrfs spells them: single, dup, raid1 ...
  std::string checksum;        // crc32c, xxhash, sha256, blake2
  std::int64_t node_size = 0, sector_size = 0;  // bytes
  std::vector<std::string> features;            // as mkfs.btrfs -O takes them
  std::vector<ProfileDevice> devices;
  // Given to the new filesystem in place of `uuid`, because that one cannot be kept; empty: it is kept.
  std::string new_uuid;
  const std::string& uuid_to_make() const { return new_uuid.empty() ? uuid : new_uuid; }
};

// A filesystem besides the btrfs that the machine boots by: the ESP, or a separate /boot. Made again only
// when it is lost.
struct ProfileBootFilesystem {
  ProfileDevice device;
  std::string type;  // vfat for the ESP; ext2, ext3, ext4 or xfs for /boot
  std::string uuid;  // of a vfat: "7A1B-22C3"
  std::string label;
  std::string mount;    // "/boot/efi", "/boot"
  std::string options;  // mount options
};

struct ProfileSubvolume {
  std::string path;     // from the top level: "@", "@/var/lib/machines"
  std::string mount;    // where it is mounted, "/" for the root; empty: not mounted by itself
  std::string options;  // mount options besides subvol=
  bool is_default = false;
  bool no_cow = false;
  bool read_only = false;
  bool snapshot = false;  // not made again unless it is mounted or the default: its content is in no backup

  bool is_made() const { return !snapshot || is_default || !mount.empty(); }
};

struct ProfileBootLoader {
  std::string install, mkconfig;  // "grub-install" or "grub2-install", "grub-mkconfig" or "grub2-mkconfig"
  std::string config;             // "/boot/grub/grub.cfg"
  std::string target;             // of grub-install: "x86_64-efi"
  std::string id;                 // of grub-install --bootloader-id: the directory below \\EFI
  bool fallback_path = false;     // \\EFI\\BOOT\\BOOTX64.EFI is in use as well
  std::string initramfs;          // dracut, initramfs-tools, mkinitcpio, genkernel, or none
};

// The machine's own boot entry, and what else the firmware held.
struct ProfileEfi {
  std::string label, loader;       // "debian", "\\EFI\\debian\\shimx64.efi"; it lies on the ESP
  std::string data;                // optional data, hexadecimal; mostly empty
  std::vector<std::string> order;  // labels in BootOrder, for the operator
};

struct ProfileStorage {
  std::string uuid;     // of the storage volume's filesystem
  std::string volume;   // LVM "group/volume" that it lies on; empty: no LVM
  std::string volumes;  // directories on it, relative to its root
  std::string environment;
  std::string bootstraps;
};

struct ProfileBacula {
  std::string director, client, fileset, backup_job, restore_job, storage, device;
  std::string archive_device;  // directory where the Storage Daemon's configuration expects the volumes
  std::string catalog;         // sqlite3, postgresql, mysql
  std::string bootstrap;       // the file of Write Bootstrap, relative to ProfileStorage::bootstraps
  std::string configuration;   // directory of the configuration files in the environment
  // The file of Write Bootstrap of the job that backs the catalog's dump up, relative to
  // ProfileStorage::bootstraps; empty: there is none, or it is not known.
  std::string catalog_bootstrap = {};
};

// How verify-backup proves the backups of the running machine. Every key may be missing.
struct ProfileVerify {
  std::vector<std::string> left_out;  // mount points and subvolumes that no backup has, on purpose
  std::string catalog_dump;           // relative to the storage volume; empty: the environment's catalog
  std::chrono::seconds verified_for = std::chrono::hours(7 * 24);  // a verification of an older job is good
  std::chrono::seconds patience = std::chrono::minutes(2);         // until the daemons answer
  std::chrono::seconds stall = std::chrono::minutes(30);           // a job without progress has failed
  std::chrono::seconds deadline = std::chrono::hours(24);          // and so has one that has not ended
};

// What the recovery environment is made from, and how it is kept. Every key may be missing.
struct ProfileEnvironment {
  std::string from = "packages";  // the running system's own; or "mmdebstrap", "debootstrap", "stage3"
  std::vector<std::string> packages = {};  // of the operator's choice, besides
  bool by_hand = false;                    // the operator makes it: `recover freshen` leaves it alone
  std::chrono::seconds fresh_for = std::chrono::hours(8 * 24);  // a run of `recover freshen` is good
  // Of mmdebstrap and debootstrap; empty: the machine's release, its apt sources.
  std::string suite = {}, mirror = {};
  std::string stage3 = {};  // path of the tarball
  bool operator==(const ProfileEnvironment&) const = default;
};

struct Profile {
  std::string file;  // where it was read
  std::string text;  // as read: part of the plan's hash
  std::string name, machine_id;
  bool virtualisation = false;  // the machine needs it: it must be switched on in the firmware's setup
  std::vector<ProfileDisk> disks;
  ProfileFilesystem filesystem;
  std::vector<ProfileSubvolume> subvolumes;
  std::optional<ProfileBootFilesystem> esp, boot;
  std::optional<ProfileBootLoader> boot_loader;
  std::optional<ProfileEfi> efi;
  ProfileStorage storage;
  ProfileBacula bacula;
  ProfileVerify verify;
  ProfileEnvironment environment;
  std::map<std::string, std::string> notes;  // the operator's own words; ${profile.notes.KEY}
  // Not in the file: told by the operator of this run (--without-efi-variables). The machine then boots by
  // the fallback path on the ESP.
  bool without_efi_variables = false;
  // Nor this: the playbook makes the environment anew, beside the old one, and swaps it in.
  bool makes_environment = false;

  const ProfileDisk& disk(const std::string& name) const;  // of a loaded profile: always there
};

// Throws UsageError with file, line, column.
Profile load_profile(const std::string& path);
// Of that text, as it would be found in the file `path`.
Profile parse_profile(const std::string& text, const std::string& path);

// What ${profile.KEY} may name in a playbook: "machine.name", "filesystem.uuid", "bacula.client" ...
std::map<std::string, std::string> substitutions(const Profile& profile);

}  // namespace recover
