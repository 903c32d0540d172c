#include "recover/system/tree_root.hpp"

#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>

#include "recover/error.hpp"

namespace recover::system {
namespace {

[[noreturn]] void fail(const std::string& tried, const std::string& path, int error) {
  throw Failed("Could not " + tried + " " + path + ": " + std::strerror(error),
               "Look at the tree there: a link may lead nowhere, or its filesystem may be full or read-only");
}

}  // namespace

TreeRoot::TreeRoot(const std::string& path)
    : path_(path), root_(::open(path.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC)) {
  if (!root_) fail("open the root tree", path, errno);
}

Descriptor TreeRoot::open_how(const std::string& inside, int flags, std::uint64_t resolve) const {
  // openat2(2), Linux 5.6; glibc has no wrapper.
  struct open_how how = {};
  how.flags = static_cast<unsigned long long>(flags | O_CLOEXEC);
  how.resolve = resolve;
  return Descriptor(static_cast<int>(::syscall(SYS_openat2, root_.get(), inside.c_str(), &how, sizeof how)));
}

Descriptor TreeRoot::open(const std::string& inside, int flags) const {
  return open_how(inside, flags, RESOLVE_IN_ROOT);
}

Descriptor TreeRoot::open_without_links(const std::string& inside, int flags) const {
  return open_how(inside, flags | O_NOFOLLOW, RESOLVE_IN_ROOT | RESOLVE_NO_SYMLINKS);
}

bool TreeRoot::has(const std::string& inside) const {
  return static_cast<bool>(open(inside, O_PATH));
}

void TreeRoot::make_directories(const std::string& inside, std::optional<mode_t> mode) const {
  std::string parent = "/";
  for (const auto& name : std::filesystem::path(inside).relative_path()) {
    const auto here = parent + name.string();
    if (!open(here, O_PATH | O_DIRECTORY)) {
      const auto at = open(parent, O_PATH | O_DIRECTORY);
      if (!at || ::mkdirat(at.get(), name.c_str(), 0755) != 0)
        fail("make the directory", path_ + here, errno);
      // mkdir(2) takes the umask off.
      if (::fchmodat(at.get(), name.c_str(), 0755, 0) != 0) fail("set the mode of", path_ + here, errno);
    }
    parent = here + "/";
  }
  if (!mode) return;
  const auto last = open(inside, O_RDONLY | O_DIRECTORY);
  if (!last || ::fchmod(last.get(), *mode) != 0) fail("set the mode of", path_ + inside, errno);
}

std::string TreeRoot::real_path(const std::string& inside) const {
  const auto directory = open(inside, O_PATH | O_DIRECTORY);
  if (!directory) fail("find the directory", path_ + inside, errno);
  std::error_code error;
  const auto real = std::filesystem::read_symlink("/proc/self/fd/" + std::to_string(directory.get()), error);
  if (error) fail("find the directory", path_ + inside, error.value());
  return real.string();
}

}  // namespace recover::system
