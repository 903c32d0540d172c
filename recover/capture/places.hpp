// Where a path of the running machine lies: which mount, which device, which way from the filesystem's root.
#pragma once

#include <string>
#include <vector>

#include "recover/facts.hpp"
#include "recover/mount_points.hpp"

namespace recover::capture {

// What is mounted there now: of mounts over each other the last. nullptr: nothing.
const MountPoint* mount_at(const std::string& target, const std::vector<MountPoint>& mounts);
// The one that a path lies on.
const MountPoint* mount_of(const std::string& path, const std::vector<MountPoint>& mounts);
// The path from the root directory of the filesystem that is mounted there: "bacula"; "." for that itself.
std::string inner_path(const std::string& path, const MountPoint& mount);

const BlockDevice* find_device(const std::string& path, const std::vector<BlockDevice>& devices);
// That an fstab names: UUID=, LABEL=, PARTUUID=, a path of any kind. nullptr: none of today.
const BlockDevice* named_device(const std::string& source, const std::vector<BlockDevice>& devices);

const FstabEntry* fstab_entry(const std::string& mount_point, const std::vector<FstabEntry>& fstab);
// "subvol" of "rw,subvol=/@": "/@"; empty when it is not there.
std::string option_value(const std::string& options, const std::string& name);
// Without those that say which subvolume; "rw" when nothing is left.
std::string mount_options(const std::string& options);

// Of the ESP: mounted at /boot/efi, /efi or /boot as a vfat, or on a partition of its type. nullptr: none.
const MountPoint* esp_mount(const std::vector<MountPoint>& mounts, const std::vector<BlockDevice>& devices);

}  // namespace recover::capture
