#include "recover/salvage/of_filesystem.hpp"

#include <algorithm>
#include <set>
#include <sstream>

#include "recover/error.hpp"
#include "recover/system/files.hpp"
#include "recover/system/text.hpp"

namespace recover::salvage {
namespace {

// "UUID GENERATION", the UUIDs of the devices, and a newline. mkfs.btrfs --uuid keeps the first alone.
struct Mark {
  std::string uuid;
  std::uint64_t generation = 0;
  std::set<std::string> devices;
};

std::set<std::string> devices_of(const BrokenBtrfs& broken) {
  std::set<std::string> uuids;
  for (const auto& device : broken.devices)
    for (const auto& copy : device.superblocks)
      if (copy.whole() && !copy.device.empty()) uuids.insert(system::lower(copy.device));
  return uuids;
}

std::string to_text(const Mark& mark) {
  auto text = mark.uuid + " " + std::to_string(mark.generation);
  for (const auto& device : mark.devices) text += " " + device;
  return text + "\n";
}

Mark read_mark(const std::string& path) {
  Mark mark;
  std::istringstream words(system::read_file_or(path, ""));
  words >> mark.uuid >> mark.generation;
  for (std::string device; words >> device;) mark.devices.insert(device);
  return mark;
}

}  // namespace

Salvaged salvaged_from(const std::string& directory, const BrokenBtrfs& broken) {
  const auto path = directory + "/filesystem";
  const auto* superblock = broken.newest();
  const auto generation = superblock ? superblock->generation : 0;
  const auto mark = read_mark(path);
  if (mark.uuid.empty() || (mark.generation == 0 && generation != 0 && mark.uuid == broken.uuid)) {
    system::write_file(path, to_text({broken.uuid, generation, devices_of(broken)}), 0600);
    return Salvaged::from_it;
  }
  const bool same =
      system::same_uuid(mark.uuid, broken.uuid) && (generation == 0 || generation == mark.generation);
  const auto now = devices_of(broken);
  const bool has_one =
      std::any_of(now.begin(), now.end(), [&](const auto& device) { return mark.devices.contains(device); });
  if (system::same_uuid(mark.uuid, broken.uuid) && !now.empty() && !mark.devices.empty() && !has_one)
    return Salvaged::before_it_was_made;
  if (same) return Salvaged::from_it;
  throw Refused(directory + " holds what was salvaged from the filesystem " + system::printable(mark.uuid) +
                    " as it was at its generation " + std::to_string(mark.generation) + "; this one is " +
                    broken.uuid + " at generation " + std::to_string(generation),
                "Keep it under another name: mv " + directory + " " + directory + ".before");
}

}  // namespace recover::salvage
