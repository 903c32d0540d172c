#include "recover/system/mount_users.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <optional>

#include "recover/system/files.hpp"
#include "recover/system/mount.hpp"

namespace recover::system {
namespace {

namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;

// The number of the mount that a path is on. A device number would not do: each btrfs subvolume has its own,
// and a second mount of the same filesystem keeps nobody from unmounting the first. /proc/PID/fd/N and its
// kind lead straight to the open file. STATX_MNT_ID: Linux 5.8.
std::optional<std::uint64_t> mount_id(const std::string& path, int flags = 0) {
  struct statx info = {};
  // Do not wait for a network filesystem that is gone.
  if (::statx(AT_FDCWD, path.c_str(), AT_STATX_DONT_SYNC | AT_NO_AUTOMOUNT | flags, STATX_MNT_ID, &info) !=
      0) {
    return {};
  }
  if ((info.stx_mask & STATX_MNT_ID) == 0) return {};
  return info.stx_mnt_id;
}

template <typename Visit>
void each_entry(const std::string& directory, Visit visit) {
  std::error_code error;
  for (fs::directory_iterator at(directory, error), end; !error && at != end; at.increment(error)) {
    if (!visit(at->path().filename().string())) return;
  }
}

bool uses(const std::string& process, std::uint64_t id) {
  for (const char* link : {"/cwd", "/root", "/exe"}) {
    if (mount_id(process + link) == id) return true;
  }
  bool found = false;
  for (const char* directory : {"/fd/", "/map_files/"}) {
    each_entry(process + directory, [&](const std::string& name) {
      found = mount_id(process + directory + name) == id;
      return !found;
    });
    if (found) return true;
  }
  return false;
}

std::string first_line(std::string text) {
  text.resize(std::min(text.find('\n'), text.size()));
  return text;
}

bool is_below(const std::string& path, const std::string& directory) {
  return path.size() > directory.size() && path.starts_with(directory) &&
         (directory == "/" || path[directory.size()] == '/');
}

}  // namespace

std::vector<std::string> mount_users(const std::string& target, std::size_t most) {
  std::vector<std::string> users;
  const auto add = [&](std::string user) {
    if (users.size() < most) users.push_back(std::move(user));
    return users.size() < most;
  };
  for (const auto& mount : read_mounts()) {
    if (is_below(mount.target, target)) add("the mount on " + mount.target + " below it");
  }
  each_entry("/sys/class/block", [&](const std::string& name) {
    const auto file = first_line(read_file_or("/sys/class/block/" + name + "/loop/backing_file", ""));
    return !is_below(file, target) || add("the loop device " + name + " with its file " + file);
  });
  const auto id = mount_id(target);
  if (!id) return users;
  const auto give_up = Clock::now() + std::chrono::seconds(1);
  each_entry("/proc", [&](const std::string& name) {
    if (name.empty() || std::isdigit(static_cast<unsigned char>(name[0])) == 0) return true;
    const auto process = "/proc/" + name;
    if (uses(process, *id)) {
      const bool self = name == std::to_string(::getpid());
      add(self ? "recover itself" : first_line(read_file_or(process + "/comm", "?")) + " (pid " + name + ")");
    }
    return users.size() < most && Clock::now() < give_up;
  });
  return users;
}

}  // namespace recover::system
