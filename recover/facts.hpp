// Facts: what is, as plain values read from the running system. Nothing in Facts can act. A recorded machine
// (tests/machines) is the same values from a file.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "recover/bacula/backup.hpp"
#include "recover/bacula/director.hpp"

namespace recover {

// A disk or partition. Names like /dev/sda never decide anything; they are only how a command reaches it now.
struct BlockDevice {
  std::string path;    // /dev/sda2
  std::string disk;    // path of the whole disk; its own path when it is one
  std::string serial;  // of the whole disk; a loop device has none: its backing file's path stands here
  std::string wwn;     // of the whole disk; may be empty
  std::string model;
  std::string partition_uuid;  // GPT partition GUID; empty for a whole disk
  std::string table_uuid;      // GUID of the partition table of the whole disk; may be empty
  std::int64_t size = 0;       // bytes
  bool read_only = false;
  std::string fs_type, fs_uuid, fs_label;  // as blkid reads them now; empty when there is none
  std::string
      in_use;  // who holds it: "mounted on /x", "swap", "held by dm-0", "opened exclusively"; else empty
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
  std::int64_t size = 0;  // bytes
  std::string problem;    // why it cannot be read, or empty
  bool operator==(const VolumeFact&) const = default;
};

struct StorageFacts {
  std::string mount_point;  // where the storage volume of the profile is mounted now
  std::string device;
  bool writable = false;
  std::int64_t free_bytes = 0;
  bool environment = false;  // the recovery environment's root tree is there
  std::vector<Tool> environment_tools;
  std::string bootstrap;  // path of the newest bootstrap file that the backup job wrote; empty: none
  std::vector<VolumeFact> volumes;  // each volume that the chosen backup, else that bootstrap, needs
  std::vector<bacula::BackupJob> bootstrap_jobs;  // that the bootstrap file names, as far as it tells
  std::string problem;                            // why the bootstrap cannot be read, or empty
  bool operator==(const StorageFacts&) const = default;
};

struct Subvolume {
  std::uint64_t id = 0;
  std::string path;  // from the top level: "@", "@/var/lib/machines"
  bool is_default = false;
  bool no_cow = false;
  bool operator==(const Subvolume&) const = default;
};

// The target filesystem, as read through its mount while the run has it mounted.
struct FilesystemFacts {
  std::string uuid, label, data,
      metadata;  // data and metadata: chunk profiles in lower case, "single", "raid1"
  std::vector<Subvolume> subvolumes;
  std::int64_t free_bytes = 0;
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

struct Facts {
  bool root_user = false;
  bool efi_variables = false;  // booted by UEFI and efivarfs usable
  std::string boot_id;
  std::int64_t now = 0;  // seconds since 1970
  std::vector<BlockDevice> devices;
  std::vector<MountPoint> mounts;
  std::vector<Tool> tools;
  std::optional<StorageFacts> storage;
  std::optional<bacula::Backup> backup;           // what was chosen to be restored
  std::optional<bacula::DirectorFacts> director;  // of the recovery environment, while it runs
  std::optional<FilesystemFacts> filesystem;
  std::optional<TreeFacts> tree;
};

}  // namespace recover
