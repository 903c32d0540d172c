// The mkfs commands: one place for what is made on a disk, and for what is tried on a file before.
#include "recover/steps/kinds.hpp"
#include "recover/system/text.hpp"

namespace recover::steps {
namespace {

// mkfs.btrfs(8), "FILESYSTEM FEATURES": those that can be changed on a mounted filesystem are "runtime
// features", with an option of their own before btrfs-progs 6.3.
bool is_runtime_feature(const std::string& feature) {
  return feature == "free-space-tree" || feature == "quota";
}

void add_features(const std::vector<std::string>& features, std::vector<std::string>& argv) {
  std::vector<std::string> fixed, runtime;
  for (const auto& feature : features) (is_runtime_feature(feature) ? runtime : fixed).push_back(feature);
  if (!fixed.empty()) argv.insert(argv.end(), {"--features", system::joined(fixed, ",")});
  if (!runtime.empty()) argv.insert(argv.end(), {"--runtime-features", system::joined(runtime, ",")});
}

std::string without(std::string text, char gone) {
  std::erase(text, gone);
  return text;
}

// mkfs.vfat(8). The UEFI specification (2.10, 13.3) has FAT32 on a system partition; below 33 MiB that is too
// small for the number of clusters that FAT32 must have.
std::vector<std::string> mkfs_fat(const ProfileBootFilesystem& filesystem, std::int64_t size) {
  std::vector<std::string> argv{"mkfs.vfat", "-F", size > 0 && size < (36 << 20) ? "16" : "32", "-i",
                                without(filesystem.uuid, '-')};
  if (!filesystem.label.empty()) argv.insert(argv.end(), {"-n", filesystem.label});
  return argv;
}

std::vector<std::string> mkfs_xfs(const ProfileBootFilesystem& filesystem) {
  std::vector<std::string> argv{"mkfs.xfs", "-m", "uuid=" + filesystem.uuid};
  if (!filesystem.label.empty()) argv.insert(argv.end(), {"-L", filesystem.label});
  return argv;
}

std::vector<std::string> mkfs_ext(const ProfileBootFilesystem& filesystem) {
  std::vector<std::string> argv{"mkfs." + filesystem.type, "-q", "-U", filesystem.uuid};
  if (!filesystem.label.empty()) argv.insert(argv.end(), {"-L", filesystem.label});
  return argv;
}

}  // namespace

std::vector<std::string> mkfs_btrfs(const ProfileFilesystem& filesystem,
                                    const std::vector<std::string>& devices) {
  std::vector<std::string> argv{"mkfs.btrfs", "--force"};
  if (const auto& uuid = filesystem.uuid_to_make(); !uuid.empty()) argv.insert(argv.end(), {"--uuid", uuid});
  if (!filesystem.label.empty()) argv.insert(argv.end(), {"--label", filesystem.label});
  argv.insert(argv.end(), {"--data", filesystem.data, "--metadata", filesystem.metadata});
  argv.insert(argv.end(), {"--checksum", filesystem.checksum});
  argv.insert(argv.end(), {"--nodesize", std::to_string(filesystem.node_size)});
  argv.insert(argv.end(), {"--sectorsize", std::to_string(filesystem.sector_size)});
  add_features(filesystem.features, argv);
  argv.insert(argv.end(), devices.begin(), devices.end());
  return argv;
}

std::vector<std::string> mkfs_boot(const ProfileBootFilesystem& filesystem, const std::string& device,
                                   std::int64_t size) {
  auto argv = filesystem.type == "vfat"  ? mkfs_fat(filesystem, size)
              : filesystem.type == "xfs" ? mkfs_xfs(filesystem)
                                         : mkfs_ext(filesystem);
  argv.push_back(device);
  return argv;
}

}  // namespace recover::steps
