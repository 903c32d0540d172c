#include <sys/statfs.h>

#include <linux/magic.h>
#include <cerrno>

#include "recover/error.hpp"
#include "recover/system/answers.hpp"
#include "recover/system/mount.hpp"

namespace recover::system {

std::int64_t free_bytes(const std::string& path) {
  struct statfs info = {};
  if (::statfs(path.c_str(), &info) != 0) {
    const int error = errno;
    throw Failed("Could not find out how much room there is in " + path + ": " + answer(error),
                 remedy_for(error, path));
  }
  // fs/btrfs/super.c, btrfs_statfs(): f_bfree is all that is not in use, f_bavail what data can get, 0 when
  // there is no room left for metadata. Elsewhere the difference is what ext4 keeps for root, who we are.
  const auto blocks = info.f_type == BTRFS_SUPER_MAGIC ? info.f_bavail : info.f_bfree;
  return static_cast<std::int64_t>(blocks) * info.f_bsize;
}

}  // namespace recover::system
