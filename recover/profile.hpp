// The machine profile (machine.toml): the machine as it must be again. Captured on the healthy machine, never
// typed from memory. docs/formats.md describes the file.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace recover {

struct ProfileDisk {
  std::string name;        // how the profile's other parts call it
  std::string serial;      // a loop device has none: its backing file's path stands for it
  std::string wwn;         // may be empty
  std::string table_uuid;  // GUID of the partition table; may be empty
  std::int64_t size = 0;   // bytes
};

struct ProfileDevice {
  std::string disk;       // a ProfileDisk's name
  std::string partition;  // GPT partition GUID; empty: the whole disk
};

struct ProfileFilesystem {
  std::string uuid, label;
  std::string data, metadata;  // chunk profiles, as mkfs.btrfs spells them: single, dup, raid1 ...
  std::string checksum;        // crc32c, xxhash, sha256, blake2
  std::int64_t node_size = 0, sector_size = 0;  // bytes
  std::vector<std::string> features;            // as mkfs.btrfs -O takes them
  std::vector<ProfileDevice> devices;
};

struct ProfileSubvolume {
  std::string path;     // from the top level: "@", "@/var/lib/machines"
  std::string mount;    // where it is mounted, "/" for the root; empty: not mounted by itself
  std::string options;  // mount options besides subvol=
  bool is_default = false;
  bool no_cow = false;
};

struct ProfileStorage {
  std::string uuid;     // of the storage volume's filesystem
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
};

struct Profile {
  std::string file;  // where it was read
  std::string text;  // as read: part of the plan's hash
  std::string name, machine_id;
  std::vector<ProfileDisk> disks;
  ProfileFilesystem filesystem;
  std::vector<ProfileSubvolume> subvolumes;
  ProfileStorage storage;
  ProfileBacula bacula;

  const ProfileDisk& disk(const std::string& name) const;  // of a loaded profile: always there
};

// Throws UsageError with file, line, column.
Profile load_profile(const std::string& path);

// What ${profile.KEY} may name in a playbook: "machine.name", "filesystem.uuid", "bacula.client" ...
std::map<std::string, std::string> substitutions(const Profile& profile);

}  // namespace recover
