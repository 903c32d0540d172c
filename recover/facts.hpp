// Facts: what is, as plain values read from the running system. Nothing in Facts can act. A recorded machine
// (tests/machines) is the same values from a file.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "recover/bacula/backup.hpp"
#include "recover/bacula/director.hpp"
#include "recover/bacula/proof.hpp"

namespace recover {

// How full a filesystem is and when it was last written, as its superblock says; nothing where it does not.
struct FilesystemUsage {
  std::optional<std::int64_t> size, used;  // bytes
  std::optional<std::int64_t> written;     // seconds since 1970
  bool operator==(const FilesystemUsage&) const = default;
};

// A disk or partition. Names like /dev/sda never decide anything; they are only how a command reaches it now.
struct BlockDevice {
  std::string path;  // /dev/sda2
  std::string disk;  // path of the whole disk; its own path when it is one
  // Of the whole disk. A loop device has none: its backing file's path stands here. Another disk without one
  // is known by the GUID of its partition table.
  std::string serial;
  std::string wwn;  // of the whole disk; may be empty
  std::string model;
  std::string partition_uuid;  // GPT partition GUID; empty for a whole disk
  std::string partition_type;  // GPT type GUID
  std::string partition_name;
  std::string table_uuid;     // GUID of the partition table of the whole disk; may be empty
  std::int64_t size = 0;      // bytes
  int number = 0;             // of the partition in its table; 0 when it is none
  std::int64_t start = 0;     // of the partition on its disk, bytes
  std::int64_t sector = 512;  // logical sector of the disk, bytes: what firmware counts in
  // An LVM volume's "group/volume", another mapped device's name; else empty. Where all of it lies on one
  // disk, `disk`, `serial`, `wwn`, `model` and `table_uuid` are that disk's; else it stands for itself.
  std::string volume;
  bool read_only = false;
  std::string fs_type, fs_uuid, fs_label;  // as blkid reads them now; empty when there is none
  std::string
      in_use;  // who holds it: "mounted on /x", "swap", "held by dm-0", "opened exclusively"; else empty
  std::string table_type = {};  // "gpt", "dos": of the whole disk, on the whole disk alone; else empty
  FilesystemUsage usage = {};
  // Paths of all that it lies on: of a partition its disk, of an LVM volume the partitions and disks beneath,
  // of a loop device what its file lies on; through all layers.
  std::vector<std::string> beneath = {};
  std::string live = {};  // why it is what the running rescue system came from; else empty
  // The run that is resumed began to make a filesystem on it, and was not seen to end. `fs_type`, `fs_uuid`
  // and `fs_label` are then empty, whatever blkid reads.
  bool half_made = false;
  bool operator==(const BlockDevice&) const = default;
};

struct MountPoint {
  std::string source, target, type, options,
      root;  // root: the part of the filesystem that is mounted ("/@home")
  bool operator==(const MountPoint&) const = default;
};

struct Tool {
  std::string name;
  std::string path;  // empty: not found
  bool operator==(const Tool&) const = default;
};

struct VolumeFact {
  std::string name;
  std::int64_t size = 0;      // bytes
  std::string problem;        // why it cannot be read, or empty
  std::int64_t modified = 0;  // nanoseconds since 1970
  bool operator==(const VolumeFact&) const = default;
};

// What stands in a directory: enough to notice that a backup has been written since.
struct StoredFiles {
  std::int64_t files = 0, bytes = 0;
  std::string newest;        // name of the one that was written last; empty: there is none
  std::int64_t written = 0;  // when, seconds since 1970
  bool operator==(const StoredFiles&) const = default;
};

// What a recovery environment says of itself: how it was made, and what came of the proof.
struct EnvironmentStamp {
  std::string made;             // YYYY-MM-DD HH:MM:SS, by the machine's clock
  std::string from;             // "packages"
  std::string bacula, recover;  // versions
  std::int64_t job = 0;         // the backup that a file was restored from
  std::string job_start;
  std::string file, digest;  // that file; "SHA1 ..." as the catalog has it
  bool operator==(const EnvironmentStamp&) const = default;
};

struct StorageFacts {
  std::string mount_point;  // where the storage volume of the profile is mounted now
  std::string device;
  bool writable = false;
  std::int64_t free_bytes = 0;
  bool environment = false;  // the recovery environment's root tree is there
  std::vector<Tool> environment_tools;
  std::optional<EnvironmentStamp> stamp = {};  // of the environment in use; nothing: none that can be read
  std::string bootstrap;  // path of the newest bootstrap file that the backup job wrote; empty: none
  std::int64_t bootstrap_size = 0, bootstrap_written = 0;  // bytes, seconds since 1970
  std::vector<VolumeFact> volumes;  // each volume that the chosen backup, else that bootstrap, needs
  std::vector<bacula::BackupJob> bootstrap_jobs;  // that the bootstrap file names, as far as it tells
  std::string problem;                            // why the bootstrap cannot be read, or empty
  StoredFiles stored;                             // all that is in the directory of the volumes
  bool operator==(const StorageFacts&) const = default;
};

struct Subvolume {
  std::uint64_t id = 0;
  std::string path;  // from the top level: "@", "@/var/lib/machines"
  bool is_default = false;
  bool no_cow = false;
  bool read_only = false;
  bool snapshot = false;  // made as a copy of another subvolume
  bool operator==(const Subvolume&) const = default;
};

// The target filesystem, as read through its mount while the run has it mounted.
struct FilesystemFacts {
  std::string uuid, label, data,
      metadata;  // data and metadata: chunk profiles in lower case, "single", "raid1"
  std::vector<Subvolume> subvolumes;
  std::int64_t free_bytes = 0;
  std::string checksum = {};                    // crc32c, xxhash, sha256, blake2
  std::int64_t node_size = 0, sector_size = 0;  // bytes
  std::vector<std::string> features = {};       // as mkfs.btrfs -O takes them, sorted
  std::vector<std::string> devices = {};        // paths, by device id
  bool operator==(const FilesystemFacts&) const = default;
};

// The restored tree against the list of the backup.
struct TreeFacts {
  std::int64_t expected = 0, found = 0;
  std::int64_t missing = 0, different = 0;
  std::vector<std::string> examples;            // at most 20, printable: "/etc/x: missing"
  std::vector<std::string> unresolved_uuids;    // of its fstab
  std::vector<std::string> absent_directories;  // that a backup leaves out and a boot needs
  bool operator==(const TreeFacts&) const = default;
};

// One boot entry of the firmware (UEFI specification 2.10, 3.1.3), as far as it names a file on a partition.
struct EfiEntry {
  std::uint16_t number = 0;  // of Boot####; firmware gives the numbers anew as it likes
  std::string label;
  std::string loader;     // "\\EFI\\debian\\shimx64.efi"; empty: it names no file
  std::string partition;  // GPT partition GUID in lower case; empty: none
  std::string data;       // optional data, hexadecimal
  bool active = true;
  bool operator==(const EfiEntry&) const = default;
};

struct EfiFacts {
  bool booted = false;  // the running system was started by UEFI firmware
  bool usable = false;  // its variables can be read, and efivarfs is not read-only
  std::string problem;  // why they are not usable; else empty
  std::vector<EfiEntry> entries;
  std::vector<std::uint16_t> order;  // BootOrder
  std::optional<std::uint16_t> current;
  std::optional<std::int64_t> free_bytes;  // for variables, where the kernel tells (Linux 6.7)
  bool operator==(const EfiFacts&) const = default;
};

// A menu entry of grub.cfg, or of a boot loader specification file beside it, and what of it is there.
struct BootMenuEntry {
  std::string title;
  std::string root;        // "UUID=..." or whatever the kernel's root= says; empty: nothing
  std::string filesystem;  // UUID that "search" looks for, where kernel and initramfs lie; may be empty
  std::string kernel;      // as the boot loader names it: "/@/boot/vmlinuz-6.1.0-18-amd64"
  std::vector<std::string> initramfs;
  bool kernel_there = false, initramfs_there = false;
  bool modules_there = false;  // /lib/modules of its version; also true where the name tells no version
  bool operator==(const BootMenuEntry&) const = default;
};

// What the restored machine would boot by, read while its root is mounted.
struct BootFacts {
  std::string esp_uuid;              // of what is mounted at the ESP's mount point; empty: nothing is
  std::vector<std::string> loaders;  // every *.efi on the ESP: "\\EFI\\debian\\grubx64.efi"
  std::vector<BootMenuEntry> menu;   // entries that start a Linux, in order: the first is the default
  std::vector<std::string> uuids;    // every filesystem UUID that grub.cfg names, each once
  std::string problem;               // why grub.cfg cannot be read; else empty
  bool operator==(const BootFacts&) const = default;
};

// What the journals of the recovery that this machine came from list as degraded, and not yet as repaired.
struct LossFacts {
  std::int64_t files = 0;             // each as often as it lost something: "ACL" and "xattr" are two
  std::vector<std::string> examples;  // at most 20, printable: "ACL of /bin/ping"
  bool operator==(const LossFacts&) const = default;
};

// Recoveries on record here that no backup has verified.
struct GateFacts {
  std::vector<std::string> open;  // when each began, and where its journal is
  bool operator==(const GateFacts&) const = default;
};

// A snapper configuration whose subvolume for snapshots is gone.
struct SnapperLoss {
  std::string config;      // its name
  std::string snapshots;   // "/home/.snapshots"
  bool directory = false;  // a plain directory stands in its place
  bool in_fstab = false;   // it should be mounted there
  bool operator==(const SnapperLoss&) const = default;
};

// What a backup of files could not bring back of programs that keep subvolumes of their own.
struct AftercareFacts {
  std::vector<SnapperLoss> snapper;
  std::int64_t docker_layers = 0;         // that its database names, and whose subvolumes are gone
  std::vector<std::string> docker_parts;  // directories that tell of them
  std::string docker_aside;               // where they can be moved to: a name that is free
  std::string docker_own;      // one of them that cannot be moved: it is a mount point or subvolume
  bool docker_socket = false;  // systemd has docker.socket
  bool systemd = false;
  bool operator==(const AftercareFacts&) const = default;
};

// What was kept of the proof of the chosen backup, beside what it must be of.
struct ProofFacts {
  bacula::Proof proof;
  std::string bootstrap;  // SHA-256 of backup.bsr as it is now
  bool operator==(const ProofFacts&) const = default;
};

// How verify-backup last ended on the machine itself, as it has left it on the storage volume.
struct VerifyFacts {
  std::string time;  // YYYY-MM-DD HH:MM:SS, by the machine's clock
  bool passed = false;
  std::int64_t job = 0;
  std::string problem;  // the first; empty when it passed
  bool operator==(const VerifyFacts&) const = default;
};

struct Facts {
  bool root_user = false;
  bool in_chroot = false;
  std::string machine_id;  // of the running system
  EfiFacts efi;
  bool virtualisation = false;  // the processor has vmx or svm, and the firmware has not switched it off
  std::string boot_id;
  std::int64_t now = 0;  // seconds since 1970
  std::vector<BlockDevice> devices;
  std::vector<MountPoint> mounts;
  std::vector<Tool> tools;
  std::optional<StorageFacts> storage;
  std::optional<bacula::Backup> backup;           // what was chosen to be restored
  std::optional<ProofFacts> proof;                // that it can be restored
  std::optional<VerifyFacts> verified;            // of this machine's filesystem
  std::optional<bacula::DirectorFacts> director;  // of the recovery environment, while it runs
  std::optional<FilesystemFacts> filesystem;
  std::optional<TreeFacts> tree;
  std::optional<BootFacts> boot;
  std::optional<LossFacts> losses;
  std::optional<GateFacts> gate;
  std::optional<AftercareFacts> aftercare;  // of the running system
};

}  // namespace recover
