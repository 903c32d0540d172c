#include <sys/statfs.h>

#include <linux/magic.h>
#include <cerrno>

#include "recover/error.hpp"
#include "recover/system/answers.hpp"
#include "recover/system/mount.hpp"

namespace recover::system {

namespace {

struct statfs look_at(const std::string& path) {
  struct statfs info = {};
  if (::statfs(path.c_str(), &info) != 0) {
    const int error = errno;
    throw Failed("Could not find out how much room there is in " + path + ": " + answer(error),
                 remedy_for(error, path));
  }
  return info;
}

}  // namespace

std::int64_t free_bytes(const std::string& path) {
  const auto info = look_at(path);
  // fs/btrfs/super.c, btrfs_statfs(): f_bfree is all that is not in use, f_bavail what data can get, 0 when
  // there is no room left for metadata. Elsewhere the difference is what ext4 keeps for root, who we are.
  const auto blocks = info.f_type == BTRFS_SUPER_MAGIC ? info.f_bavail : info.f_bfree;
  return static_cast<std::int64_t>(blocks) * info.f_bsize;
}

std::int64_t total_bytes(const std::string& path) {
  const auto info = look_at(path);
  return static_cast<std::int64_t>(info.f_blocks) * info.f_bsize;
}

}  // namespace recover::system
