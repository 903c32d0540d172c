#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "recover/system/files.hpp"

namespace recover::system {
namespace {

// RESOLVE_IN_ROOT resolves links as a chroot would: /bin/awk -> /etc/alternatives/awk of that tree, not of
// ours. openat2(2), Linux 5.6; glibc has no wrapper.
bool executable(int root, const std::string& path) {
  open_how how = {};
  how.flags = O_PATH | O_CLOEXEC;
  how.resolve = RESOLVE_IN_ROOT;
  const Descriptor file(static_cast<int>(::syscall(SYS_openat2, root, path.c_str(), &how, sizeof how)));
  struct stat info = {};
  if (!file || ::fstat(file.get(), &info) != 0) return false;
  return S_ISREG(info.st_mode) && (info.st_mode & 0111) != 0;
}

}  // namespace

std::vector<std::string> program_directories() {
  std::vector<std::string> all;
  const auto add = [&all](std::string_view directory) {
    // A relative or empty entry of PATH means "wherever I happen to be": never as root.
    if (!directory.starts_with('/') || std::find(all.begin(), all.end(), directory) != all.end()) return;
    all.emplace_back(directory);
  };
  const char* path = std::getenv("PATH");
  std::string_view rest = path == nullptr ? "" : path;
  while (!rest.empty()) {
    const auto colon = rest.find(':');
    add(rest.substr(0, colon));
    rest = colon == std::string_view::npos ? "" : rest.substr(colon + 1);
  }
  for (const char* standard :
       {"/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin", "/sbin", "/bin"}) {
    add(standard);
  }
  return all;
}

std::string find_program(const std::string& name, const std::string& root) {
  const Descriptor top(::open(root.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
  if (!top || name.empty()) return "";
  if (name.find('/') != std::string::npos) return executable(top.get(), name) ? name : "";
  for (const auto& directory : program_directories()) {
    auto path = directory + "/" + name;
    if (executable(top.get(), path)) return path;
  }
  return "";
}

}  // namespace recover::system
