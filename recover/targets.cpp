#include "recover/targets.hpp"

#include <algorithm>

namespace recover {
namespace {

bool fits(const BlockDevice& device, const Target& target) {
  if (device.serial != target.disk.serial) return false;
  if (!target.disk.wwn.empty() && device.wwn != target.disk.wwn) return false;
  // A lost partition table says nothing; another one says that this is another disk's content.
  if (!target.disk.table_uuid.empty() && !device.table_uuid.empty() &&
      device.table_uuid != target.disk.table_uuid)
    return false;
  if (!target.volume.empty()) return device.volume == target.volume;
  if (target.partition.empty()) return device.path == device.disk && device.volume.empty();
  return device.partition_uuid == target.partition;
}

std::string described(const Target& target) {
  return "disk \"" + target.disk.name + "\" with the serial " + target.disk.serial +
         (target.partition.empty() ? "" : ", partition " + target.partition) +
         (target.volume.empty() ? "" : ", LVM volume " + target.volume);
}

Target find_one(Target target, const Facts& facts) {
  int found = 0;
  for (const auto& device : facts.devices) {
    if (!fits(device, target)) continue;
    target.device = device;
    ++found;
  }
  if (found == 1) return target;
  target.device.reset();
  target.problem = found == 0
                       ? "The " + described(target) + " is not attached"
                       : "There are " + std::to_string(found) + " devices that fit the " + described(target);
  return target;
}

Target find(const ProfileDevice& device, const Profile& profile, const Facts& facts) {
  return find_one({profile.disk(device.disk), device.partition, device.volume, {}, {}}, facts);
}

}  // namespace

std::vector<Target> find_targets(const Profile& profile, const Facts& facts) {
  std::vector<Target> targets;
  for (const auto& device : profile.filesystem.devices) targets.push_back(find(device, profile, facts));
  return targets;
}

std::optional<Target> find_esp(const Profile& profile, const Facts& facts) {
  if (!profile.esp) return std::nullopt;
  return find(profile.esp->device, profile, facts);
}

std::optional<Target> find_boot(const Profile& profile, const Facts& facts) {
  if (!profile.boot) return std::nullopt;
  return find(profile.boot->device, profile, facts);
}

std::vector<Target> find_all_targets(const Profile& profile, const Facts& facts) {
  auto targets = find_targets(profile, facts);
  for (auto& more : {find_esp(profile, facts), find_boot(profile, facts)})
    if (more) targets.push_back(*more);
  return targets;
}

std::string path_of(const Target& target) {
  return target.device ? target.device->path : "(not found: " + target.disk.name + ")";
}

bool same_devices(const std::vector<Target>& before, const std::vector<Target>& after) {
  if (before.size() != after.size()) return false;
  for (std::size_t i = 0; i < before.size(); ++i) {
    const auto& a = before[i].device;
    const auto& b = after[i].device;
    if (!a || !b || a->path != b->path || a->serial != b->serial || a->wwn != b->wwn || a->size != b->size ||
        a->partition_uuid != b->partition_uuid || a->table_uuid != b->table_uuid ||
        a->fs_type != b->fs_type || a->fs_uuid != b->fs_uuid || a->fs_label != b->fs_label)
      return false;
  }
  return true;
}

}  // namespace recover
