#include "recover/system/btrfs_format.hpp"

#include <endian.h>
#include <linux/btrfs.h>
#include <linux/btrfs_tree.h>
#include <sys/ioctl.h>

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <cstring>

#include "recover/error.hpp"
#include "recover/system/answers.hpp"

namespace recover::system {
namespace {

// Part of the format on disk, from include/uapi/linux/btrfs.h of Linux 6.7.
constexpr std::uint64_t simple_quota = 1U << 16;

struct Feature {
  std::uint64_t compat_ro, incompat;
  const char* name;  // btrfs-progs 6.14, common/fsfeatures.c
};
constexpr Feature known_features[] = {
    {0, BTRFS_FEATURE_INCOMPAT_MIXED_GROUPS, "mixed-bg"},
    {0, BTRFS_FEATURE_INCOMPAT_EXTENDED_IREF, "extref"},
    {0, BTRFS_FEATURE_INCOMPAT_SKINNY_METADATA, "skinny-metadata"},
    {0, BTRFS_FEATURE_INCOMPAT_NO_HOLES, "no-holes"},
    {0, BTRFS_FEATURE_INCOMPAT_ZONED, "zoned"},
    {0, simple_quota, "squota"},
    {BTRFS_FEATURE_COMPAT_RO_FREE_SPACE_TREE, 0, "free-space-tree"},
    {BTRFS_FEATURE_COMPAT_RO_BLOCK_GROUP_TREE, 0, "block-group-tree"},
};

std::string uuid_text(const std::uint8_t* bytes) {
  static const char digits[] = "0123456789abcdef";
  std::string text;
  for (int i = 0; i < 16; ++i) {
    if (i == 4 || i == 6 || i == 8 || i == 10) text += '-';
    text += digits[bytes[i] >> 4];
    text += digits[bytes[i] & 15];
  }
  return text;
}

std::string checksum_name(unsigned type) {
  const char* const names[] = {"crc32c", "xxhash", "sha256", "blake2"};  // enum btrfs_csum_type
  return type < std::size(names) ? names[type] : "unknown " + std::to_string(type);
}

// Quotas that are switched on leave no feature bit, but a status item in a tree of their own. Simple ones
// have both.
bool quota_is_on(int fd, const std::string& mount_point) {
  btrfs_ioctl_search_args search = {};
  auto& key = search.key;
  key.tree_id = BTRFS_QUOTA_TREE_OBJECTID;
  key.min_type = key.max_type = BTRFS_QGROUP_STATUS_KEY;
  key.max_transid = UINT64_MAX;
  key.nr_items = 1;
  if (::ioctl(fd, BTRFS_IOC_TREE_SEARCH, &search) != 0) {
    if (errno == ENOENT) return false;
    fail_to_read("the quotas", mount_point, errno);
  }
  btrfs_ioctl_search_header header = {};
  std::memcpy(&header, search.buf, sizeof header);
  if (key.nr_items != 1 || header.len < sizeof(btrfs_qgroup_status_item)) return false;
  std::uint64_t flags = 0;
  std::memcpy(&flags, search.buf + sizeof header + offsetof(btrfs_qgroup_status_item, flags), sizeof flags);
  return (le64toh(flags) & BTRFS_QGROUP_STATUS_FLAG_ON) != 0;
}

// By device id. One that is missing has no path and is left out.
std::vector<std::string> read_device_paths(int fd, std::uint64_t count, std::uint64_t last_id,
                                           const std::string& mount_point) {
  std::vector<std::string> paths;
  for (std::uint64_t id = 1; id <= last_id && paths.size() < count; ++id) {
    btrfs_ioctl_dev_info_args device = {};
    device.devid = id;
    if (::ioctl(fd, BTRFS_IOC_DEV_INFO, &device) != 0) {
      if (errno == ENODEV) continue;  // ids of removed devices are not given again
      fail_to_read("the devices", mount_point, errno);
    }
    const auto* const path = reinterpret_cast<const char*>(device.path);
    if (const std::string text(path, ::strnlen(path, sizeof device.path)); !text.empty())
      paths.push_back(text);
  }
  return paths;
}

}  // namespace

void fail_to_read(const std::string& what, const std::string& mount_point, int error) {
  const auto problem = "Could not read " + what + " of the btrfs on " + mount_point + ": ";
  if (error == ENOTTY) {
    throw Failed(problem + "it is no btrfs", "See what is mounted there: findmnt -T " + mount_point);
  }
  throw Failed(problem + answer(error), remedy_for(error, mount_point));
}

std::vector<std::string> feature_names(std::uint64_t compat_ro, std::uint64_t incompat) {
  std::vector<std::string> names;
  for (const auto& feature : known_features)
    if ((compat_ro & feature.compat_ro) != 0 || (incompat & feature.incompat) != 0)
      names.emplace_back(feature.name);
  std::sort(names.begin(), names.end());
  return names;
}

void read_format(int fd, const std::string& mount_point, FilesystemFacts& facts) {
  btrfs_ioctl_fs_info_args info = {};
  info.flags = BTRFS_FS_INFO_FLAG_CSUM_INFO;
  if (::ioctl(fd, BTRFS_IOC_FS_INFO, &info) != 0) fail_to_read("the UUID", mount_point, errno);
  facts.uuid = uuid_text(info.fsid);
  // Before Linux 5.9 the flag is not answered, and there is no other checksum.
  const bool told = (info.flags & BTRFS_FS_INFO_FLAG_CSUM_INFO) != 0;
  facts.checksum = checksum_name(told ? info.csum_type : 0);
  facts.node_size = info.nodesize;
  facts.sector_size = info.sectorsize;
  btrfs_ioctl_feature_flags flags = {};
  if (::ioctl(fd, BTRFS_IOC_GET_FEATURES, &flags) != 0) fail_to_read("the features", mount_point, errno);
  facts.features = feature_names(flags.compat_ro_flags, flags.incompat_flags);
  if ((flags.incompat_flags & simple_quota) == 0 && quota_is_on(fd, mount_point)) {
    facts.features.emplace_back("quota");
    std::sort(facts.features.begin(), facts.features.end());
  }
  facts.devices = read_device_paths(fd, info.num_devices, info.max_id, mount_point);
}

}  // namespace recover::system
