#include "recover/system/device_use.hpp"

#include <sys/stat.h>
#include <sys/sysmacros.h>

#include <cstdio>
#include <filesystem>
#include <optional>
#include <set>
#include <sstream>

#include "recover/system/files.hpp"

namespace recover::system {
namespace {

namespace fs = std::filesystem;

std::optional<dev_t> block_device(const std::string& path) {
  struct stat info = {};
  // Only names of the local tree: a stat of "server:/export" would look in the working directory.
  if (!path.starts_with('/') || ::stat(path.c_str(), &info) != 0 || !S_ISBLK(info.st_mode)) return {};
  return info.st_rdev;
}

std::string first_line(std::string text) {
  text.resize(std::min(text.find('\n'), text.size()));
  return text;
}

std::vector<std::string> names_in(const std::string& directory) {
  std::vector<std::string> names;
  std::error_code error;
  for (fs::directory_iterator at(directory, error), end; !error && at != end; at.increment(error)) {
    names.push_back(at->path().filename().string());
  }
  return names;
}

// The types that live on no device, "nodev" in proc_filesystems(5). Their source is only a word, and libmount
// may have guessed it from the kernel's command line ("/dev/root").
std::set<std::string> types_without_device() {
  std::set<std::string> types;
  std::istringstream lines(read_file_or("/proc/filesystems", ""));
  for (std::string word, type; lines >> word;) {
    if (word == "nodev" && lines >> type) types.insert(type);
  }
  return types;
}

}  // namespace

DeviceUses::DeviceUses(const std::vector<MountPoint>& mounts, const std::string& sys) : sys_(sys) {
  const auto without_device = types_without_device();
  for (const auto& mount : mounts) {
    if (without_device.contains(mount.type)) continue;
    if (const auto device = block_device(mount.source)) mounted_on_.emplace(*device, mount.target);
  }
  // proc_swaps(5): a heading, then the path first in each line. A swap file's filesystem is mounted anyway.
  std::istringstream swaps(read_file_or("/proc/swaps", ""));
  for (std::string line; std::getline(swaps, line);) {
    if (const auto device = block_device(line.substr(0, line.find_first_of(" \t")))) {
      swaps_.emplace(*device, "used as swap");
    }
  }
  read_btrfs(sys);
}

// The mount table names one device of a btrfs; sysfs names them all, as long as it is mounted anywhere.
void DeviceUses::read_btrfs(const std::string& sys) {
  for (const auto& uuid : names_in(sys + "/fs/btrfs")) {
    const auto directory = sys + "/fs/btrfs/" + uuid + "/devices";
    const auto members = names_in(directory);
    std::string where = "in another mount namespace";
    for (const auto& member : members) {
      unsigned major_number = 0, minor_number = 0;
      const auto number = read_file_or(directory + "/" + member + "/dev", "");
      if (std::sscanf(number.c_str(), "%u:%u", &major_number, &minor_number) != 2) continue;
      const auto found = mounted_on_.find(makedev(major_number, minor_number));
      if (found != mounted_on_.end()) where = "on " + found->second;
    }
    for (const auto& member : members) {
      btrfs_member_[member] =
          (members.size() > 1 ? "part of the btrfs that is mounted " : "mounted ") + where;
    }
  }
}

std::string DeviceUses::of(const KernelDevice& device) const {
  if (const auto found = mounted_on_.find(device.number); found != mounted_on_.end()) {
    return "mounted on " + found->second;
  }
  if (const auto found = swaps_.find(device.number); found != swaps_.end()) return found->second;
  if (const auto found = btrfs_member_.find(device.name); found != btrfs_member_.end()) return found->second;
  if (device.holders.empty()) return "";
  const auto& holder = device.holders.front();
  const auto name = first_line(read_file_or(sys_ + "/class/block/" + holder + "/dm/name", ""));
  return "held by " + holder + (name.empty() ? "" : " (" + name + ")");
}

}  // namespace recover::system
