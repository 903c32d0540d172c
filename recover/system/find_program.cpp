#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "recover/system/files.hpp"
#include "recover/system/tree_root.hpp"

namespace recover::system {
namespace {

// /bin/awk -> /etc/alternatives/awk is that tree's, not ours.
bool executable(const TreeRoot& root, const std::string& path) {
  const auto file = root.open(path, O_PATH);
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
  if (name.empty() || !exists(root)) return "";
  const TreeRoot top(root);
  if (name.find('/') != std::string::npos) return executable(top, name) ? name : "";
  for (const auto& directory : program_directories()) {
    auto path = directory + "/" + name;
    if (executable(top, path)) return path;
  }
  return "";
}

}  // namespace recover::system
