#include <fcntl.h>
#include <unistd.h>

#include <cerrno>

#include "recover/error.hpp"
#include "recover/system/answers.hpp"
#include "recover/system/files.hpp"
#include "recover/system/mount.hpp"

namespace recover::system {
namespace {

std::string device_of(const std::string& target) {
  std::string source;
  for (const auto& mount : read_mounts())
    if (mount.target == target) source = mount.source;  // the last one lies on top
  return source.empty() ? "" : " (" + source + ")";
}

}  // namespace

void write_out(const std::string& target) {
  const Descriptor top(::open(target.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC));
  int error = !top || ::syncfs(top.get()) != 0 ? errno : 0;
  // vfat tells its disk only in fsync(2) to empty its cache: fat_file_fsync() in fs/fat/file.c. EINVAL: a
  // filesystem that has no disk.
  if (error == 0 && ::fsync(top.get()) != 0 && errno != EINVAL) error = errno;
  if (error != 0)
    // Not a Failed: no fallback answers this.
    throw Error(Exit::failed,
                "Could not write to its disk what is in " + target + device_of(target) + ": " + answer(error),
                remedy_for(error, target) + ". Then continue with --resume");
}

}  // namespace recover::system
