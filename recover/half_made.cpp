#include "recover/half_made.hpp"

#include <algorithm>

#include "recover/system/text.hpp"

namespace recover {
namespace {

Event told(const char* name, const DeviceIdentity& device, const std::string& type, const std::string& uuid) {
  return Event(name)
      .with("device", device.path)
      .with("type", type)
      .with("uuid", uuid)
      .with("serial", device.serial)
      .with("partition", device.partition_uuid)
      .with("volume", device.volume);
}

// With another UUID it was not made by that run.
bool is_half_made(const BlockDevice& device, const std::set<HalfMade>& half_made) {
  return std::any_of(half_made.begin(), half_made.end(), [&](const auto& one) {
    return device.serial == one.serial && device.partition_uuid == one.partition &&
           device.volume == one.volume &&
           (device.fs_type.empty() || system::same_uuid(device.fs_uuid, one.uuid));
  });
}

}  // namespace

Event making(const DeviceIdentity& device, const std::string& type, const std::string& uuid) {
  return told("making", device, type, uuid);
}

Event made(const DeviceIdentity& device, const std::string& type, const std::string& uuid) {
  return told("made", device, type, uuid);
}

void note(const Event& event, std::set<HalfMade>& half_made) {
  const HalfMade one{event.text("serial"), event.text("partition"), event.text("volume"), event.text("uuid")};
  if (event.name == "making") half_made.insert(one);
  if (event.name == "made") half_made.erase(one);
}

std::vector<BlockDevice> devices_with(const std::set<HalfMade>& half_made, const Facts& facts) {
  std::vector<BlockDevice> found;
  for (const auto& device : facts.devices)
    if (!device.fs_type.empty() && is_half_made(device, half_made)) found.push_back(device);
  return found;
}

Facts without_half_made(Facts facts, const std::set<HalfMade>& half_made) {
  for (auto& device : facts.devices) {
    if (!is_half_made(device, half_made)) continue;
    device.half_made = true;
    device.fs_type.clear();
    device.fs_uuid.clear();
    device.fs_label.clear();
    device.usage = {};
  }
  return facts;
}

}  // namespace recover
