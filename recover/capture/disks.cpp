// Disks, and the btrfs on them.
#include <algorithm>

#include "recover/capture/parts.hpp"
#include "recover/capture/places.hpp"

namespace recover::capture {
namespace {

using Kind = Remark::Kind;

std::vector<ProfilePartition> partitions_of(const std::string& disk, const Sight& sight) {
  std::vector<ProfilePartition> partitions;
  for (const auto& device : sight.devices)
    if (device.disk == disk && device.number > 0)
      partitions.push_back({device.number, device.partition_uuid, device.partition_type,
                            device.partition_name, device.start, device.size});
  std::sort(partitions.begin(), partitions.end(),
            [](const auto& a, const auto& b) { return a.number < b.number; });
  return partitions;
}

bool has_name(const std::vector<ProfileDisk>& disks, const std::string& name) {
  return std::any_of(disks.begin(), disks.end(), [&](const auto& disk) { return disk.name == name; });
}

// The operator's own name stays with its disk.
std::string name_for(const std::string& serial, const Profile* before,
                     const std::vector<ProfileDisk>& disks) {
  if (before != nullptr && !serial.empty())
    for (const auto& disk : before->disks)
      if (disk.serial == serial && !has_name(disks, disk.name)) return disk.name;
  const auto is_free = [&](const std::string& name) {
    return !has_name(disks, name) && (before == nullptr || !has_name(before->disks, name));
  };
  // A disk in the place of the one that the profile knew has its name as well: that is what is compared.
  if (disks.empty() && before != nullptr && !before->disks.empty()) return before->disks.front().name;
  if (is_free("system")) return "system";
  for (std::size_t number = 2;; ++number)
    if (auto name = "disk-" + std::to_string(number); is_free(name)) return name;
}

const ProfileDisk& add_disk(const BlockDevice& device, const Sight& sight, const Profile* before,
                            Captured& captured) {
  auto& disks = captured.profile.disks;
  const auto* whole = find_device(device.disk, sight.devices);
  for (const auto& disk : disks)
    if (!device.serial.empty() && disk.serial == device.serial) return disk;
  ProfileDisk disk;
  disk.name = name_for(device.serial, before, disks);
  disk.serial = device.serial;
  disk.wwn = device.wwn;
  disk.table_uuid = device.table_uuid;
  disk.size = whole != nullptr ? whole->size : 0;
  disk.partitions = partitions_of(device.disk, sight);
  const auto key = "disk." + disk.name + ".";
  if (disk.serial.empty())
    captured.say(Kind::missing, key + "serial",
                 device.disk + " has no serial and no partition table: nothing tells it from another disk");
  if (disk.serial == disk.table_uuid && !disk.serial.empty())
    captured.say(Kind::absent, key + "serial",
                 device.disk + " has no serial; the GUID of its partition table stands for it");
  if (disk.size <= 0)
    captured.say(Kind::missing, key + "size", "the whole disk " + device.disk + " has no node in /dev");
  disks.push_back(std::move(disk));
  return disks.back();
}

}  // namespace

std::optional<ProfileDevice> add_device(const BlockDevice& device, const std::string& key, const Sight& sight,
                                        const Profile* before, Captured& captured) {
  const bool is_lvm = device.volume.find('/') != std::string::npos;
  if (!device.volume.empty() && !is_lvm) {
    captured.say(Kind::missing, key,
                 "it lies on the mapped device " + device.path +
                     ", which is no volume of LVM (encrypted?): recover cannot make such a device again");
    return std::nullopt;
  }
  const auto& disk = add_disk(device, sight, before, captured);
  ProfileDevice named{disk.name, "", ""};
  if (is_lvm) {
    named.volume = device.volume;
    captured.say(Kind::absent, key,
                 "it lies on the LVM volume " + device.volume +
                     ": a recovery needs that volume, and does not make it again. Keep a vgcfgbackup");
  } else {
    named.partition = device.partition_uuid;
    if (device.number > 0 && device.partition_uuid.empty())
      captured.say(Kind::missing, key, "the partition " + device.path + " has no GUID");
  }
  return named;
}

void conclude_filesystem(const Sight& sight, const Profile* before, Captured& captured) {
  const auto& root = sight.root;
  auto& filesystem = captured.profile.filesystem;
  filesystem = {
      root.uuid,     root.label, root.data, root.metadata, root.checksum, root.node_size, root.sector_size,
      root.features, {},         {}};
  for (auto* profile : {&filesystem.data, &filesystem.metadata}) {
    const auto comma = profile->rfind(',');
    if (comma == std::string::npos) continue;
    const auto key = std::string("filesystem.") + (profile == &filesystem.data ? "data" : "metadata");
    captured.say(Kind::guess, key,
                 "a balance was left half way, there are " + *profile + "; see: btrfs filesystem usage /");
    *profile = profile->substr(comma + 1);
  }
  for (const auto& path : root.devices) {
    const auto* device = find_device(path, sight.devices);
    if (device == nullptr) {
      captured.say(Kind::missing, "filesystem.devices", "its device " + path + " has no node in /dev");
      continue;
    }
    if (auto named = add_device(*device, "filesystem.devices", sight, before, captured))
      filesystem.devices.push_back(*named);
  }
  if (filesystem.devices.empty() && captured.remark("filesystem.devices") == nullptr)
    captured.say(Kind::missing, "filesystem.devices", "the kernel names no device of it");
}

}  // namespace recover::capture
