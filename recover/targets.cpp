#include "recover/targets.hpp"

#include <algorithm>

#include "recover/partition_table.hpp"

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

// On a disk that took another's place, before its partition table is made: the partition as it will be.
Target on_new_disk(Target target, const Facts& facts) {
  const auto disks = std::count_if(facts.devices.begin(), facts.devices.end(),
                                   [&](const auto& device) { return is_disk(device, target.disk); });
  const auto wanted = std::find_if(target.disk.partitions.begin(), target.disk.partitions.end(),
                                   [&](const auto& partition) { return partition.guid == target.partition; });
  if (disks != 1 || wanted == target.disk.partitions.end()) {
    target.problem =
        (disks > 1 ? "There are several devices that fit the " : "Not attached is the ") + described(target);
    return target;
  }
  target.blank = *std::find_if(facts.devices.begin(), facts.devices.end(),
                               [&](const auto& device) { return is_disk(device, target.disk); });
  target.device = planned_partition(*target.blank, target.disk, *wanted);
  return target;
}

Target find_one(Target target, const Facts& facts) {
  if (target.disk.replaces && !target.partition.empty() && !has_table(target.disk, facts.devices))
    return on_new_disk(std::move(target), facts);
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
  return find_one({profile.disk(device.disk), device.partition, device.volume, {}, {}, {}}, facts);
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

bool is_lost(const Target& target) {
  return target.device && target.device->fs_type.empty();
}

std::vector<Target> find_erased(const Profile& profile, const Facts& facts) {
  auto targets = find_targets(profile, facts);
  for (auto& more : {find_esp(profile, facts), find_boot(profile, facts)})
    if (more && is_lost(*more)) targets.push_back(*more);
  return targets;
}

std::vector<BlockDevice> lost_with(const Target& target, const Facts& facts) {
  const auto& path = target.blank ? target.blank->path : path_of(target);
  std::vector<BlockDevice> lost;
  for (const auto& device : facts.devices)
    if (device.path == path || device.disk == path ||
        std::find(device.beneath.begin(), device.beneath.end(), path) != device.beneath.end())
      lost.push_back(device);
  return lost;
}

DeviceIdentity identity_of(const Target& target) {
  auto identity = target.device ? identity_of(*target.device) : DeviceIdentity{};
  identity.path = path_of(target);
  return identity;
}

std::string path_of(const Target& target) {
  return target.device ? target.device->path : "(not found: " + target.disk.name + ")";
}

}  // namespace recover
