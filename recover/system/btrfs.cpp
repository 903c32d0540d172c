// The only file that knows libbtrfsutil.
#include "recover/system/btrfs.hpp"

#include <btrfsutil.h>
#include <endian.h>
#include <fcntl.h>
#include <linux/btrfs.h>
#include <linux/btrfs_tree.h>
#include <linux/fs.h>
#include <sys/ioctl.h>

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <memory>

#include "recover/error.hpp"
#include "recover/system/btrfs_format.hpp"
#include "recover/system/files.hpp"
#include "recover/system/mount.hpp"

namespace recover::system {
namespace {

// fs/btrfs/btrfs_inode.h in kernels whose linux/btrfs_tree.h has it not yet; part of the format on disk.
constexpr std::uint64_t inode_no_data_cow = 1U << 1;
// BTRFS_ROOT_SUBVOL_RDONLY of a root item.
constexpr std::uint64_t root_subvolume_read_only = 1U << 0;

std::string read_label(int fd, const std::string& mount_point) {
  char label[BTRFS_LABEL_SIZE] = {};
  if (::ioctl(fd, BTRFS_IOC_GET_FSLABEL, label) != 0) fail_to_read("the label", mount_point, errno);
  return {label, ::strnlen(label, sizeof label)};
}

void read_profiles(int fd, const std::string& mount_point, FilesystemFacts& facts) {
  btrfs_ioctl_space_args count = {};
  if (::ioctl(fd, BTRFS_IOC_SPACE_INFO, &count) != 0) fail_to_read("the chunk profiles", mount_point, errno);
  // With room for a few more: a balance may add kinds between the two calls.
  const auto slots = count.total_spaces + 8;
  std::vector<std::uint64_t> memory((sizeof count + slots * sizeof(btrfs_ioctl_space_info)) / 8 + 1);
  auto* const args = reinterpret_cast<btrfs_ioctl_space_args*>(memory.data());
  args->space_slots = slots;
  if (::ioctl(fd, BTRFS_IOC_SPACE_INFO, args) != 0) fail_to_read("the chunk profiles", mount_point, errno);
  std::vector<std::uint64_t> data, metadata;
  for (std::uint64_t i = 0; i < std::min(args->total_spaces, slots); ++i) {
    const auto flags = args->spaces[i].flags;
    if ((flags & BTRFS_SPACE_INFO_GLOBAL_RSV) != 0) continue;  // a part of metadata, not a kind of chunk
    if ((flags & BTRFS_BLOCK_GROUP_DATA) != 0) data.push_back(flags);
    if ((flags & BTRFS_BLOCK_GROUP_METADATA) != 0) metadata.push_back(flags);
  }
  facts.data = chunk_profiles(data);
  facts.metadata = chunk_profiles(metadata);
}

// The flag of the subvolume's root directory, which chattr(1) shows as C, from the directory's inode item.
// Asking the directory itself (FS_IOC_GETFLAGS) would need a mount that shows it.
bool read_no_cow(int fd, std::uint64_t subvolume, const std::string& mount_point) {
  btrfs_ioctl_search_args search = {};
  auto& key = search.key;
  key.tree_id = subvolume;
  key.min_objectid = key.max_objectid = BTRFS_FIRST_FREE_OBJECTID;
  key.min_type = key.max_type = BTRFS_INODE_ITEM_KEY;
  key.max_offset = key.max_transid = UINT64_MAX;
  key.nr_items = 1;
  if (::ioctl(fd, BTRFS_IOC_TREE_SEARCH, &search) != 0) {
    if (errno == ENOENT) return false;  // removed since it was listed
    fail_to_read("a subvolume's flags", mount_point, errno);
  }
  btrfs_ioctl_search_header header = {};
  std::memcpy(&header, search.buf, sizeof header);
  if (key.nr_items != 1 || header.len < sizeof(btrfs_inode_item)) return false;
  std::uint64_t flags = 0;
  std::memcpy(&flags, search.buf + sizeof header + offsetof(btrfs_inode_item, flags), sizeof flags);
  return (le64toh(flags) & inode_no_data_cow) != 0;
}

struct Release {
  void operator()(btrfs_util_subvolume_iterator* iterator) const {
    ::btrfs_util_destroy_subvolume_iterator(iterator);
  }
  void operator()(char* text) const { std::free(text); }
};

std::vector<Subvolume> read_subvolumes(int fd, const std::string& mount_point) {
  std::uint64_t chosen = 0;
  if (::btrfs_util_get_default_subvolume_fd(fd, &chosen) != BTRFS_UTIL_OK) {
    fail_to_read("the default subvolume", mount_point, errno);
  }
  btrfs_util_subvolume_iterator* made = nullptr;
  if (::btrfs_util_create_subvolume_iterator_fd(fd, BTRFS_FS_TREE_OBJECTID, 0, &made) != BTRFS_UTIL_OK) {
    fail_to_read("the subvolumes", mount_point, errno);
  }
  const std::unique_ptr<btrfs_util_subvolume_iterator, Release> iterator(made);
  std::vector<Subvolume> all;
  for (;;) {
    char* text = nullptr;
    struct btrfs_util_subvolume_info info = {};  // a function has the same name
    const auto result = ::btrfs_util_subvolume_iterator_next_info(iterator.get(), &text, &info);
    if (result == BTRFS_UTIL_ERROR_STOP_ITERATION) break;
    if (result != BTRFS_UTIL_OK) fail_to_read("the subvolumes", mount_point, errno);
    const std::unique_ptr<char, Release> path(text);
    Subvolume subvolume;
    subvolume.id = info.id;
    subvolume.path = path.get();
    subvolume.read_only = (info.flags & root_subvolume_read_only) != 0;
    subvolume.snapshot = std::any_of(std::begin(info.parent_uuid), std::end(info.parent_uuid),
                                     [](auto byte) { return byte != 0; });
    subvolume.is_default = subvolume.id == chosen;
    subvolume.no_cow = read_no_cow(fd, subvolume.id, mount_point);
    all.push_back(std::move(subvolume));
  }
  std::sort(all.begin(), all.end(), [](const auto& a, const auto& b) { return a.path < b.path; });
  return all;
}

}  // namespace

FilesystemFacts read_filesystem(const std::string& mount_point) {
  const Descriptor directory(::open(mount_point.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!directory) fail_to_read("the root directory", mount_point, errno);
  const int fd = directory.get();
  FilesystemFacts facts;
  read_format(fd, mount_point, facts);
  facts.label = read_label(fd, mount_point);
  read_profiles(fd, mount_point, facts);
  // A tree search sees the last commit's inode items (fs/btrfs/delayed-inode.c). Only the commit is waited
  // for, not the data. A filesystem without anything to commit, or read-only, is as it will be.
  std::uint64_t transaction = 0;
  if (::btrfs_util_start_sync_fd(fd, &transaction) == BTRFS_UTIL_OK) {
    ::btrfs_util_wait_sync_fd(fd, transaction);
  }
  facts.subvolumes = read_subvolumes(fd, mount_point);
  facts.free_bytes = free_bytes(mount_point);
  return facts;
}

}  // namespace recover::system
