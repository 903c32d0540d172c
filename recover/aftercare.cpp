#include "recover/aftercare.hpp"

#include <sys/stat.h>

#include <algorithm>
#include <filesystem>
#include <sstream>

#include "recover/mount_points.hpp"
#include "recover/system/files.hpp"

namespace recover {
namespace {

namespace fs = std::filesystem;

// A backup that does not enter a subvolume leaves an empty directory in its place.
bool is_subvolume(const std::string& path) {
  constexpr ino_t root_of_subvolume = 256;  // BTRFS_FIRST_FREE_OBJECTID, linux/btrfs_tree.h
  struct stat found {};
  return ::lstat(path.c_str(), &found) == 0 && S_ISDIR(found.st_mode) && found.st_ino == root_of_subvolume;
}

dev_t device_of(const std::string& path) {
  struct stat found {};
  return ::stat(path.c_str(), &found) == 0 ? found.st_dev : 0;
}

// KEY="VALUE" lines, as snapper writes them (snapper-configs(5)).
std::string value_of(const std::string& text, const std::string& key) {
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    if (!line.starts_with(key + "=")) continue;
    auto value = line.substr(key.size() + 1);
    std::erase(value, '"');
    return value;
  }
  return "";
}

std::vector<fs::path> entries_of(const std::string& directory) {
  std::vector<fs::path> paths;
  std::error_code ignored;
  for (const auto& entry : fs::directory_iterator(directory, ignored)) paths.push_back(entry.path());
  std::sort(paths.begin(), paths.end());
  return paths;
}

bool in_fstab(const std::string& root, const std::string& point) {
  const auto entries = read_fstab(root);
  return std::any_of(entries.begin(), entries.end(),
                     [&](const auto& entry) { return entry.mount_point == point; });
}

void look_for_snapper(const std::string& root, AftercareFacts& facts) {
  for (const auto& config : entries_of(root + "/etc/snapper/configs")) {
    const auto text = system::read_file_or(config, "");
    const auto subvolume = value_of(text, "SUBVOLUME");
    if (value_of(text, "FSTYPE") != "btrfs" || !subvolume.starts_with('/')) continue;
    const auto snapshots = (subvolume == "/" ? "" : subvolume) + "/.snapshots";
    if (is_subvolume(root + snapshots)) continue;
    facts.snapper.push_back(
        {config.filename().string(), snapshots, system::exists(root + snapshots), in_fstab(root, snapshots)});
  }
}

void look_for_docker(const std::string& root, AftercareFacts& facts) {
  const std::string directory = "/var/lib/docker";
  for (const auto& layer : entries_of(root + directory + "/image/btrfs/layerdb/sha256")) {
    const auto id = system::read_file_or(layer / "cache-id", "");
    if (!id.empty() && id.find('/') == std::string::npos &&
        !is_subvolume(root + directory + "/btrfs/subvolumes/" + id))
      ++facts.docker_layers;
  }
  if (facts.docker_layers == 0) return;
  facts.docker_aside = directory + "/before-recovery";
  for (int i = 2; system::exists(root + facts.docker_aside); ++i)
    facts.docker_aside = directory + "/before-recovery." + std::to_string(i);
  for (const char* units : {"/etc/systemd/system", "/usr/lib/systemd/system", "/lib/systemd/system"})
    facts.docker_socket |= system::exists(root + units + "/docker.socket");
  for (const char* part : {"image", "btrfs", "containers", "buildkit"})
    if (system::exists(root + directory + "/" + part)) facts.docker_parts.push_back(directory + "/" + part);
  for (const auto& part : facts.docker_parts)
    if (device_of(root + part) != device_of(root + directory)) facts.docker_own = part;
}

}  // namespace

AftercareFacts look_for_aftercare(const std::string& root) {
  const auto base = root == "/" ? "" : root;
  AftercareFacts facts;
  look_for_snapper(base, facts);
  look_for_docker(base, facts);
  facts.systemd = system::exists(base + "/run/systemd/system");
  return facts;
}

}  // namespace recover
