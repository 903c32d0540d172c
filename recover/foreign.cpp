#include "recover/foreign.hpp"

#include <algorithm>

#include "recover/system/machine.hpp"
#include "recover/system/text.hpp"
#include "recover/targets.hpp"

namespace recover {
namespace {

std::string identity_or(const std::string& uuid, const std::string& type, const BlockDevice& device) {
  return uuid.empty() ? type + " on " + device.serial : uuid;
}

std::vector<BlockDevice> partitions_of(const BlockDevice& disk, const Facts& facts) {
  std::vector<BlockDevice> partitions;
  for (const auto& device : facts.devices)
    if (device.disk == disk.path && device.number != 0) partitions.push_back(device);
  return partitions;
}

bool has_table(const BlockDevice& disk, const Facts& facts) {
  return !disk.table_uuid.empty() || !disk.table_type.empty() || !partitions_of(disk, facts).empty();
}

void add(std::vector<ForeignContent>& found, ForeignContent foreign) {
  const bool there = std::any_of(found.begin(), found.end(), [&](const auto& other) {
    return other.device == foreign.device && other.identity == foreign.identity;
  });
  if (!there) found.push_back(std::move(foreign));
}

void add_filesystem(const Profile& profile, const BlockDevice& device, std::vector<ForeignContent>& found) {
  if (device.fs_type.empty() || known_to(profile, device.fs_uuid)) return;
  add(found, {device.path, content_words(device), identity_or(device.fs_uuid, device.fs_type, device)});
}

void add_table(const BlockDevice& disk, const Facts& facts, std::vector<ForeignContent>& found) {
  if (!has_table(disk, facts)) return;
  const auto type = disk.table_type.empty() ? std::string("partition table") : disk.table_type;
  add(found, {disk.path, "the partition table " + table_words(disk, facts),
              identity_or(disk.table_uuid, type, disk)});
}

}  // namespace

bool known_to(const Profile& profile, const std::string& uuid) {
  const auto is = [&](const std::string& known) {
    return !known.empty() && system::same_uuid(known, uuid);
  };
  return is(profile.filesystem.uuid) || is(profile.filesystem.new_uuid) ||
         (profile.esp && is(profile.esp->uuid)) || (profile.boot && is(profile.boot->uuid));
}

std::string content_words(const BlockDevice& device) {
  auto words = device.fs_type;
  if (!device.fs_label.empty()) words += " \"" + device.fs_label + "\"";
  if (!device.fs_uuid.empty()) words += " " + device.fs_uuid;
  const auto& usage = device.usage;
  words += usage.size && usage.used
               ? ", " + system::human_bytes(*usage.used) + " of " + system::human_bytes(*usage.size) + " used"
               : ", how full is not known";
  words += usage.written ? ", last written " + system::local_time(*usage.written)
                         : ", when it was last written is not known";
  return system::printable(words);
}

std::string table_words(const BlockDevice& disk, const Facts& facts) {
  if (!has_table(disk, facts)) return "none";
  auto words =
      disk.table_type + (disk.table_type.empty() || disk.table_uuid.empty() ? "" : " ") + disk.table_uuid;
  const char* separator = ", with ";
  for (const auto& partition : partitions_of(disk, facts)) {
    words += separator + partition.path + ": " +
             (partition.fs_type.empty() ? "nothing that blkid knows" : content_words(partition));
    separator = "; ";
  }
  return system::printable(words);
}

std::vector<ForeignContent> find_foreign(const Profile& profile, const Facts& facts) {
  std::vector<ForeignContent> found;
  for (const auto& target : find_erased(profile, facts)) {
    if (!target.device) continue;
    if (target.blank) {
      add_filesystem(profile, *target.blank, found);
      add_table(*target.blank, facts, found);
      continue;
    }
    add_filesystem(profile, *target.device, found);
    // On a disk that was not replaced another table than the profile's is refused (target-free).
    if (target.disk.replaces && target.partition.empty()) add_table(*target.device, facts, found);
  }
  return found;
}

}  // namespace recover
