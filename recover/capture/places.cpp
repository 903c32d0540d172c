#include "recover/capture/places.hpp"

#include <algorithm>
#include <sstream>

#include "recover/system/text.hpp"

namespace recover::capture {
namespace {

// UEFI specification 2.10, table 5.7.
constexpr const char* esp_type = "c12a7328-f81f-11d2-ba4b-00a0c93ec93b";

bool lies_below(const std::string& path, const std::string& directory) {
  return directory == "/" || path == directory || path.starts_with(directory + "/");
}

std::string behind(const std::string& text, const std::string& prefix) {
  return text.starts_with(prefix) ? text.substr(prefix.size()) : "";
}

using system::lower;

bool is_named(const BlockDevice& device, const std::string& source) {
  const auto either = [&source](const char* tag, const char* directory) {
    const auto tagged = behind(source, tag);
    return tagged.empty() ? behind(source, directory) : tagged;
  };
  if (const auto uuid = either("UUID=", "/dev/disk/by-uuid/"); !uuid.empty())
    return lower(uuid) == lower(device.fs_uuid);
  if (const auto label = either("LABEL=", "/dev/disk/by-label/"); !label.empty())
    return label == device.fs_label;
  if (const auto guid = either("PARTUUID=", "/dev/disk/by-partuuid/"); !guid.empty())
    return lower(guid) == lower(device.partition_uuid);
  if (const auto name = either("PARTLABEL=", "/dev/disk/by-partlabel/"); !name.empty())
    return name == device.partition_name;
  return source == device.path || (!device.volume.empty() && source == "/dev/" + device.volume);
}

}  // namespace

const MountPoint* mount_at(const std::string& target, const std::vector<MountPoint>& mounts) {
  const MountPoint* found = nullptr;
  for (const auto& mount : mounts)
    if (mount.target == target) found = &mount;
  return found;
}

const MountPoint* mount_of(const std::string& path, const std::vector<MountPoint>& mounts) {
  const MountPoint* found = nullptr;
  for (const auto& mount : mounts)
    if (lies_below(path, mount.target) && (found == nullptr || mount.target.size() >= found->target.size()))
      found = &mount;
  return found;
}

std::string inner_path(const std::string& path, const MountPoint& mount) {
  auto inner = (mount.root == "/" ? "" : mount.root) + "/" +
               path.substr(mount.target == "/" ? 0 : std::min(path.size(), mount.target.size()));
  std::string clean;
  std::istringstream parts(inner);
  for (std::string part; std::getline(parts, part, '/');)
    if (!part.empty() && part != ".") clean += (clean.empty() ? "" : "/") + part;
  return clean.empty() ? "." : clean;
}

const BlockDevice* find_device(const std::string& path, const std::vector<BlockDevice>& devices) {
  for (const auto& device : devices)
    if (device.path == path) return &device;
  return nullptr;
}

const BlockDevice* named_device(const std::string& source, const std::vector<BlockDevice>& devices) {
  auto plain = source;
  std::erase(plain, '"');
  for (const auto& device : devices)
    if (is_named(device, plain)) return &device;
  return nullptr;
}

const FstabEntry* fstab_entry(const std::string& mount_point, const std::vector<FstabEntry>& fstab) {
  for (const auto& entry : fstab)
    if (entry.mount_point == mount_point) return &entry;
  return nullptr;
}

std::string option_value(const std::string& options, const std::string& name) {
  std::istringstream parts(options);
  for (std::string part; std::getline(parts, part, ',');)
    if (part.starts_with(name + "=")) return part.substr(name.size() + 1);
  return "";
}

std::string mount_options(const std::string& options) {
  std::string kept;
  std::istringstream parts(options);
  for (std::string part; std::getline(parts, part, ',');)
    if (!part.empty() && !part.starts_with("subvol=") && !part.starts_with("subvolid="))
      kept += (kept.empty() ? "" : ",") + part;
  return kept.empty() ? "rw" : kept;
}

const MountPoint* esp_mount(const std::vector<MountPoint>& mounts, const std::vector<BlockDevice>& devices) {
  for (const auto* target : {"/boot/efi", "/efi", "/boot"})
    if (const auto* mount = mount_at(target, mounts); mount != nullptr && mount->type == "vfat") return mount;
  for (const auto& mount : mounts)
    if (const auto* device = find_device(mount.source, devices); device && device->partition_type == esp_type)
      return &mount;
  return nullptr;
}

}  // namespace recover::capture
