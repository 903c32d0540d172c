#include "recover/system/btrfs_walk.hpp"

#include <fcntl.h>
#include <linux/btrfs.h>
#include <sys/ioctl.h>
#include <sys/stat.h>

#include <algorithm>
#include <filesystem>

#include "recover/system/files.hpp"
#include "recover/system/signals.hpp"

namespace recover::system {
namespace {

namespace fs = std::filesystem;

constexpr ino_t root_of_subvolume = 256;  // BTRFS_FIRST_FREE_OBJECTID, linux/btrfs_tree.h

struct Directory {
  std::string path;  // from the top level
  dev_t device = 0;
};

// BTRFS_IOC_GET_SUBVOL_INFO, Linux 4.18. What it does not tell counts as neither: better too much is read.
Subvolume described(const std::string& top, const std::string& path) {
  Subvolume subvolume;
  subvolume.path = path;
  const Descriptor directory(::open((top + "/" + path).c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  btrfs_ioctl_get_subvol_info_args info = {};
  if (!directory || ::ioctl(directory.get(), BTRFS_IOC_GET_SUBVOL_INFO, &info) != 0) return subvolume;
  subvolume.id = info.treeid;
  subvolume.read_only = (info.flags & 1U) != 0;  // BTRFS_ROOT_SUBVOL_RDONLY of the root item
  subvolume.snapshot = std::any_of(std::begin(info.parent_uuid), std::end(info.parent_uuid),
                                   [](auto byte) { return byte != 0; });
  return subvolume;
}

}  // namespace

std::vector<Subvolume> walk_subvolumes(const std::string& top) {
  std::vector<Subvolume> found;
  struct stat status {};
  if (::lstat(top.c_str(), &status) != 0) return found;
  std::vector<Directory> left{{"", status.st_dev}};
  while (!left.empty()) {
    throw_if_interrupted();
    const auto directory = std::move(left.back());
    left.pop_back();
    std::error_code error;
    fs::directory_iterator entries(top + "/" + directory.path, error), end;
    for (; !error && entries != end; entries.increment(error)) {
      const auto name = entries->path().filename().string();
      const auto path = directory.path.empty() ? name : directory.path + "/" + name;
      if (::lstat(entries->path().c_str(), &status) != 0 || !S_ISDIR(status.st_mode)) continue;
      if (status.st_ino == root_of_subvolume && status.st_dev != directory.device) {
        found.push_back(described(top, path));
        if (found.back().read_only) continue;
      }
      left.push_back({path, status.st_dev});
    }
  }
  std::sort(found.begin(), found.end(), [](const auto& a, const auto& b) { return a.path < b.path; });
  return found;
}

}  // namespace recover::system
