#include "recover/partition_table.hpp"

#include <algorithm>
#include <cctype>

#include "recover/error.hpp"
#include "recover/system/text.hpp"

namespace recover {
namespace {

constexpr std::int64_t mebibyte = 1 << 20;  // what partitions are aligned to

// UEFI specification 2.10, 5.3: the header and at least 16 KiB of entries, at the start behind the protective
// MBR, and once more at the end.
std::int64_t entries(std::int64_t sector) {
  return (16384 + sector - 1) / sector;
}

std::int64_t first_usable(std::int64_t sector) {
  return (2 + entries(sector)) * sector;
}

std::int64_t end_of_usable(std::int64_t size, std::int64_t sector) {
  return (size / sector - 1 - entries(sector)) * sector;
}

// It stands in double quotes, in a line of its own.
std::string script_name(std::string name) {
  std::erase_if(name, [](unsigned char c) { return c < ' ' || c == '"' || c == '\\' || c == 0x7f; });
  return name;
}

Refused does_not_go(const std::string& why) {
  return {"The partition table of the profile cannot be made on the new disk: " + why,
          "Take a larger disk; or make the table by hand with the GUIDs that the profile names, and correct "
          "[[disk.partitions]] in it"};
}

}  // namespace

bool is_disk(const BlockDevice& device, const ProfileDisk& disk) {
  return device.path == device.disk && device.volume.empty() && device.serial == disk.serial &&
         (disk.wwn.empty() || device.wwn == disk.wwn);
}

bool has_table(const ProfileDisk& disk, const std::vector<BlockDevice>& devices) {
  return std::all_of(disk.partitions.begin(), disk.partitions.end(), [&](const auto& wanted) {
    return std::any_of(devices.begin(), devices.end(), [&](const auto& device) {
      return device.serial == disk.serial && device.table_uuid == disk.table_uuid &&
             device.partition_uuid == wanted.guid && device.number == wanted.number &&
             device.start == wanted.start && device.size == wanted.size;
    });
  });
}

std::vector<ProfilePartition> laid_out(std::vector<ProfilePartition> partitions, std::int64_t old_size,
                                       std::int64_t size, std::int64_t sector) {
  if (partitions.empty()) return partitions;
  const auto end = end_of_usable(size, sector);
  auto& last = *std::max_element(partitions.begin(), partitions.end(),
                                 [](const auto& a, const auto& b) { return a.start < b.start; });
  const auto old_end = last.start + last.size;
  const auto aligned_end = end / mebibyte * mebibyte;
  if (old_end > end || (size > old_size && aligned_end > old_end)) last.size = aligned_end - last.start;
  if (last.size < mebibyte)
    throw does_not_go("its partition " + std::to_string(last.number) + " would begin behind the end of " +
                      std::to_string(size) + " bytes");
  for (const auto& partition : partitions)
    if (partition.start % sector != 0 || partition.size % sector != 0 ||
        partition.start < first_usable(sector))
      throw does_not_go("partition " + std::to_string(partition.number) + " does not fit its sectors of " +
                        std::to_string(sector) + " bytes");
  return partitions;
}

std::string partition_path(const std::string& disk, std::int64_t number) {
  // Linux, block/partitions/core.c: a "p" stands between two digits.
  const bool digit = !disk.empty() && std::isdigit(static_cast<unsigned char>(disk.back()));
  return disk + (digit ? "p" : "") + std::to_string(number);
}

BlockDevice planned_partition(const BlockDevice& blank, const ProfileDisk& disk,
                              const ProfilePartition& partition) {
  BlockDevice device = blank;
  device.path = partition_path(blank.path, partition.number);
  device.disk = blank.path;
  device.partition_uuid = partition.guid;
  device.partition_type = partition.type;
  device.partition_name = partition.name;
  device.table_uuid = disk.table_uuid;
  device.table_type.clear();
  device.number = static_cast<int>(partition.number);
  device.start = partition.start;
  device.size = partition.size;
  device.fs_type.clear();
  device.fs_uuid.clear();
  device.fs_label.clear();
  device.usage = {};
  return device;
}

std::vector<std::string> table_script(const ProfileDisk& disk, std::int64_t sector) {
  std::vector<std::string> lines{"label: gpt", "label-id: " + disk.table_uuid, "unit: sectors",
                                 "first-lba: " + std::to_string(first_usable(sector) / sector)};
  for (const auto& partition : disk.partitions) {
    auto line = std::to_string(partition.number) + " : start=" + std::to_string(partition.start / sector) +
                ", size=" + std::to_string(partition.size / sector) + ", type=" + partition.type +
                ", uuid=" + partition.guid;
    if (const auto name = script_name(partition.name); !name.empty()) line += ", name=\"" + name + "\"";
    lines.push_back(std::move(line));
  }
  return lines;
}

}  // namespace recover
