#include "recover/broken_btrfs.hpp"

#include <algorithm>
#include <limits>

#include "recover/system/text.hpp"

namespace recover {
namespace {

using system::SuperblockCopy;

bool contains(const std::vector<std::string>& words, const std::string& word) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

// The same bytes, seen through one layer more or less.
bool is_layer_of(const BlockDevice& a, const BlockDevice& b) {
  return contains(a.beneath, b.path) || contains(b.beneath, a.path);
}

std::uint64_t id_of(const BrokenDevice& device) {
  const auto* newest = device.newest();
  return newest ? newest->device_id : std::numeric_limits<std::uint64_t>::max();
}

std::string named(const BrokenDevice& device) {
  return device.path + (device.serial.empty() ? "" : " (" + system::printable(device.serial) + ")");
}

// Either is enough: a copy made byte by byte has both, and the kernel takes one of two with the same id.
void find_clones(BrokenBtrfs& broken) {
  for (std::size_t i = 0; i < broken.devices.size(); ++i)
    for (std::size_t j = i + 1; j < broken.devices.size(); ++j) {
      const auto *a = broken.devices[i].newest(), *b = broken.devices[j].newest();
      if (!a || !b || (a->device_id != b->device_id && a->device != b->device)) continue;
      broken.clones.push_back(named(broken.devices[i]) + " and " + named(broken.devices[j]) +
                              " both say that they are device " + std::to_string(a->device_id) +
                              " of the btrfs " + broken.uuid);
    }
}

void find_missing(BrokenBtrfs& broken) {
  const auto* newest = broken.newest();
  if (!newest) return;
  std::vector<std::uint64_t> found;
  for (const auto& device : broken.devices) {
    const auto id = id_of(device);
    if (device.newest() && std::find(found.begin(), found.end(), id) == found.end()) found.push_back(id);
  }
  // A superblock whose checksum is right may still be anybody's: no filesystem has more devices than that.
  const auto count = std::min<std::uint64_t>(newest->device_count, 1024);
  for (std::uint64_t id = 1; found.size() + broken.missing.size() < count; ++id)
    if (std::find(found.begin(), found.end(), id) == found.end()) broken.missing.push_back(id);
}

// A machine that was recovered with a new UUID and keeps its profile has that one now.
std::string uuid_in_place(const BrokenPlace& place, const std::vector<BlockDevice>& devices) {
  if (place.new_uuid.empty()) return place.uuid;
  const bool is_new = std::any_of(devices.begin(), devices.end(), [&](const auto& device) {
    if (!contains(place.devices, device.path)) return false;
    const BrokenDevice found{
        device.path, {}, device.size, system::read_superblocks(device.path, device.size)};
    const auto* newest = found.newest();
    return newest && system::same_uuid(newest->filesystem, place.new_uuid);
  });
  return is_new ? place.new_uuid : place.uuid;
}

}  // namespace

const SuperblockCopy* BrokenDevice::newest() const {
  const SuperblockCopy* best = nullptr;
  for (const auto& copy : superblocks)
    if (copy.whole() && (!best || copy.generation > best->generation)) best = &copy;
  return best;
}

const SuperblockCopy* BrokenBtrfs::newest() const {
  const SuperblockCopy* best = nullptr;
  for (const auto& device : devices)
    if (const auto* copy = device.newest(); copy && (!best || copy->generation > best->generation))
      best = copy;
  return best;
}

std::vector<std::string> BrokenBtrfs::paths() const {
  std::vector<std::string> whole, all;
  for (const auto& device : devices) {
    if (device.newest()) whole.push_back(device.path);
    all.push_back(device.path);
  }
  return whole.empty() ? all : whole;
}

BrokenBtrfs find_broken(const BrokenPlace& place, const std::vector<BlockDevice>& devices) {
  BrokenBtrfs broken;
  broken.uuid = uuid_in_place(place, devices);
  std::vector<const BlockDevice*> taken;
  // Those of the profile first: of two that show the same bytes they are the ones to name.
  for (const bool of_place : {true, false})
    for (const auto& device : devices) {
      if (contains(place.devices, device.path) != of_place) continue;
      BrokenDevice found{device.path, device.serial, device.size,
                         system::read_superblocks(device.path, device.size)};
      const auto* newest = found.newest();
      const bool same = newest && system::same_uuid(newest->filesystem, broken.uuid);
      if (of_place && newest && !same)
        broken.foreign.push_back("On " + named(found) + " is another btrfs, " + newest->filesystem +
                                 (newest->label.empty() ? "" : " \"" + newest->label + "\""));
      if (!same && (!of_place || newest)) continue;
      const bool again = std::any_of(taken.begin(), taken.end(),
                                     [&](const auto* other) { return is_layer_of(*other, device); });
      if (again) continue;
      taken.push_back(&device);
      broken.devices.push_back(std::move(found));
    }
  std::stable_sort(broken.devices.begin(), broken.devices.end(),
                   [](const auto& a, const auto& b) { return id_of(a) < id_of(b); });
  find_clones(broken);
  find_missing(broken);
  return broken;
}

}  // namespace recover
