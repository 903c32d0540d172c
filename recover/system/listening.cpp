#include "recover/system/listening.hpp"

#include <filesystem>
#include <set>
#include <sstream>
#include <string>

#include "recover/system/files.hpp"

namespace recover::system {
namespace {

// Inodes of all listening TCP sockets. proc(5), /proc/net/tcp: the fourth column is the state, 0A is
// TCP_LISTEN; the tenth is the inode.
std::set<std::string> listening_inodes(const std::string& process) {
  std::set<std::string> inodes;
  for (const auto* table : {"/net/tcp", "/net/tcp6"}) {
    std::istringstream lines(read_file_or(process + table, ""));
    for (std::string line; std::getline(lines, line);) {
      std::istringstream words(line);
      std::string word[10];
      for (auto& each : word) words >> each;
      if (word[3] == "0A") inodes.insert("socket:[" + word[9] + "]");
    }
  }
  return inodes;
}

}  // namespace

bool is_listening(pid_t pid) {
  const auto process = "/proc/" + std::to_string(pid);
  const auto inodes = listening_inodes(process);
  std::error_code ignored;
  for (const auto& entry : std::filesystem::directory_iterator(process + "/fd", ignored))
    if (inodes.contains(std::filesystem::read_symlink(entry.path(), ignored).string())) return true;
  return false;
}

}  // namespace recover::system
