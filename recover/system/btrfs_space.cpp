// The chunk profiles of a btrfs, in the kernel's words (fs/btrfs/volumes.c, btrfs_raid_array).
#include <linux/btrfs_tree.h>

#include <algorithm>

#include "recover/system/btrfs.hpp"

namespace recover::system {
namespace {

const char* profile_name(std::uint64_t flags) {
  switch (flags & BTRFS_BLOCK_GROUP_PROFILE_MASK) {
    case 0:
      return "single";
    case BTRFS_BLOCK_GROUP_DUP:
      return "dup";
    case BTRFS_BLOCK_GROUP_RAID0:
      return "raid0";
    case BTRFS_BLOCK_GROUP_RAID1:
      return "raid1";
    case BTRFS_BLOCK_GROUP_RAID1C3:
      return "raid1c3";
    case BTRFS_BLOCK_GROUP_RAID1C4:
      return "raid1c4";
    case BTRFS_BLOCK_GROUP_RAID10:
      return "raid10";
    case BTRFS_BLOCK_GROUP_RAID5:
      return "raid5";
    case BTRFS_BLOCK_GROUP_RAID6:
      return "raid6";
    default:
      return "unknown";
  }
}

}  // namespace

std::string chunk_profiles(const std::vector<std::uint64_t>& flags) {
  std::vector<std::string> names;
  for (const auto each : flags) {
    const std::string name = profile_name(each);
    if (std::find(names.begin(), names.end(), name) == names.end()) names.push_back(name);
  }
  std::string list;
  for (const auto& name : names) list += (list.empty() ? "" : ",") + name;
  return list;
}

}  // namespace recover::system
