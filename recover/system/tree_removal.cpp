#include "recover/system/tree_removal.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <memory>

#include "recover/error.hpp"
#include "recover/system/answers.hpp"
#include "recover/system/files.hpp"
#include "recover/system/mount.hpp"
#include "recover/system/signals.hpp"
#include "recover/system/text.hpp"

namespace recover::system {
namespace {

struct CloseDirectory {
  void operator()(DIR* directory) const { ::closedir(directory); }
};

[[noreturn]] void fail(const std::string& path, int error) {
  throw Failed("Could not remove " + printable(path) + ": " + answer(error), remedy_for(error, path));
}

// The number of the mount that a file is seen through; 0 where the kernel does not tell (before 5.8).
std::uint64_t mount_of(int directory, const char* name) {
  struct statx status {};
  if (::statx(directory, name, AT_SYMLINK_NOFOLLOW | AT_EMPTY_PATH, STATX_MNT_ID, &status) != 0) return 0;
  return (status.stx_mask & STATX_MNT_ID) != 0 ? status.stx_mnt_id : 0;
}

void empty(Descriptor held, const std::string& path, std::uint64_t mount) {
  throw_if_interrupted();
  const int fd = held.get();
  const std::unique_ptr<DIR, CloseDirectory> directory(::fdopendir(::dup(fd)));
  if (!directory) fail(path, errno);
  std::vector<std::string> names;  // readdir(3) while names go is not told
  while (const auto* entry = ::readdir(directory.get())) names.emplace_back(entry->d_name);
  for (const auto& name : names) {
    if (name == "." || name == "..") continue;
    const auto here = path + "/" + name;
    if (::unlinkat(fd, name.c_str(), 0) == 0) continue;
    if (errno != EISDIR && errno != EPERM) fail(here, errno);
    Descriptor below(::openat(fd, name.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
    if (!below) fail(here, errno);
    if (mount_of(below.get(), "") != mount) fail(here, EBUSY);
    empty(std::move(below), here, mount);
    if (::unlinkat(fd, name.c_str(), AT_REMOVEDIR) != 0) fail(here, errno);
  }
}

}  // namespace

std::vector<std::string> mounted_below(const std::string& path, const std::vector<MountPoint>& mounts) {
  std::vector<std::string> points;
  for (const auto& mount : mounts)
    if (mount.target == path || mount.target.starts_with(path + "/")) points.push_back(mount.target);
  return points;
}

void remove_tree(const std::string& path) {
  Descriptor root(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
  if (!root && errno == ENOENT) return;
  if (!root) fail(path, errno);
  if (const auto points = mounted_below(path, read_mounts()); !points.empty())
    throw Refused("The directory " + path + " is not removed: mounted in it is " + joined(points),
                  "See what uses it; then unmount it: umount " + points.back());
  const auto mount = mount_of(root.get(), "");
  empty(std::move(root), path, mount);
  if (::rmdir(path.c_str()) != 0) fail(path, errno);
}

}  // namespace recover::system
