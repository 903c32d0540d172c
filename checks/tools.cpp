#include "checks/checks.hpp"

#include <algorithm>

namespace recover::checks {
namespace {

// Debian's and Arch's (SystemRescue's) names agree for these.
std::string package_of(const std::string& tool) {
  if (tool == "mkfs.btrfs" || tool == "btrfs") return "btrfs-progs";
  if (tool == "wipefs") return "util-linux";
  if (tool == "chattr" || tool.starts_with("mkfs.ext")) return "e2fsprogs";
  if (tool == "mkfs.vfat") return "dosfstools";
  if (tool == "mkfs.xfs") return "xfsprogs";
  if (tool == "lvchange") return "lvm2";
  if (tool == "sfdisk") return "fdisk util-linux";  // Debian has it apart
  if (tool == "find") return "findutils";
  return "coreutils";
}

bool has_lvm(const Profile& profile) {
  const auto& devices = profile.filesystem.devices;
  return !profile.storage.volume.empty() || (profile.boot && !profile.boot->device.volume.empty()) ||
         std::any_of(devices.begin(), devices.end(),
                     [](const auto& device) { return !device.volume.empty(); });
}

bool makes_a_table(const Profile& profile) {
  return std::any_of(profile.disks.begin(), profile.disks.end(),
                     [](const auto& disk) { return disk.replaces && !disk.partitions.empty(); });
}

// Looked for on every machine, called on some.
bool is_called(const std::string& tool, const Profile& profile) {
  if (tool == "lvchange") return has_lvm(profile);
  if (tool == "sfdisk") return makes_a_table(profile);
  if (!tool.starts_with("mkfs.") || tool == "mkfs.btrfs") return true;
  return (profile.esp && tool == "mkfs." + profile.esp->type) ||
         (profile.boot && tool == "mkfs." + profile.boot->type);
}

Answer ask(const Profile& profile, const Facts& facts) {
  std::string absent;
  std::string packages;
  std::size_t called = 0;
  for (const auto& tool : facts.tools) {
    if (!is_called(tool.name, profile)) continue;
    ++called;
    if (!tool.path.empty()) continue;
    absent += (absent.empty() ? "" : ", ") + tool.name;
    const auto package = package_of(tool.name);
    if (packages.find(package) == std::string::npos) packages += (packages.empty() ? "" : " ") + package;
  }
  if (!absent.empty())
    return fails("Not found on this system: " + absent, "Install the packages: " + packages);
  return holds("all " + std::to_string(called) + " are there");
}

}  // namespace

Check tools() {
  return {.name = "tools", .question = "Are the programs there that the steps call?", .ask = ask};
}

}  // namespace recover::checks
