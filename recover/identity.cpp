#include "recover/identity.hpp"

#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>

#include "recover/error.hpp"
#include "recover/system/text.hpp"

namespace recover {
namespace {

std::string content_of(const BlockDevice& device) {
  return device.fs_type + (device.fs_uuid.empty() ? "" : " " + device.fs_uuid);
}

std::string quoted(const std::string& value) {
  return value.empty() ? "none" : system::printable(value);
}

// Of a disk without a serial the GUID of its table stands for it.
bool is_table_serial(const DeviceIdentity& identity) {
  return !identity.table_uuid.empty() && identity.serial == identity.table_uuid;
}

// A node may have been removed and made again for another device after it was opened.
bool is_node_of(const system::Descriptor& held, const std::string& path) {
  struct stat opened {
  }, named{};
  return ::fstat(held.get(), &opened) == 0 && ::stat(path.c_str(), &named) == 0 &&
         opened.st_rdev == named.st_rdev && (S_ISBLK(opened.st_mode) || opened.st_ino == named.st_ino);
}

const std::string in_use_now = "it is in use now: ";

bool opened_for_a_moment(const std::vector<DeviceIdentity>& expected, const std::vector<BlockDevice>& now) {
  return std::any_of(expected.begin(), expected.end(), [&](const auto& identity) {
    return difference(identity, now).starts_with(in_use_now + "opened exclusively");
  });
}

Refused refused(const std::string& path, const std::string& why) {
  return {
      "Nothing is written to " + path + ", because it is not what the plan was made for: " + why,
      "Look at it (lsblk -o NAME,SERIAL,WWN,SIZE,PTUUID,PARTUUID,FSTYPE,UUID), attach the right disk, then "
      "go on with --resume"};
}

}  // namespace

DeviceIdentity identity_of(const BlockDevice& device) {
  return {device.path,           device.serial, device.wwn,  device.table_uuid,
          device.partition_uuid, device.volume, device.size, content_of(device)};
}

DeviceIdentity wiped(DeviceIdentity identity) {
  identity.content = "";
  if (!identity.partition_uuid.empty() || !identity.volume.empty()) return identity;
  if (is_table_serial(identity)) identity.serial.clear();
  identity.table_uuid.clear();
  return identity;
}

std::string difference(const DeviceIdentity& expected, const std::vector<BlockDevice>& now) {
  const auto device =
      std::find_if(now.begin(), now.end(), [&](const auto& found) { return found.path == expected.path; });
  if (device == now.end()) return "it is not there any more";
  const auto found = identity_of(*device);
  std::string words;
  const auto compare = [&](const char* what, const std::string& was, const std::string& is) {
    if (was != is)
      words += (words.empty() ? "expected " : "; expected ") + std::string(what) + " " + quoted(was) +
               ", found " + quoted(is);
  };
  compare("serial", expected.serial, found.serial);
  compare("WWN", expected.wwn, found.wwn);
  compare("partition table", expected.table_uuid, found.table_uuid);
  compare("partition", expected.partition_uuid, found.partition_uuid);
  compare("LVM volume", expected.volume, found.volume);
  compare("bytes", std::to_string(expected.size), std::to_string(found.size));
  if (expected.content) compare("on it", *expected.content, *found.content);
  if (words.empty() && !device->in_use.empty()) words = in_use_now + device->in_use;
  return words;
}

std::vector<system::Descriptor> hold_as_planned(const std::vector<DeviceIdentity>& expected,
                                                const LookAtDevices& look, const Pause& pause) {
  std::vector<system::Descriptor> held;
  for (const auto& identity : expected) {
    held.emplace_back(::open(identity.path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
    if (!held.back()) throw refused(identity.path, "it cannot be opened");
  }
  auto now = look();
  for (int tries = 0; pause && tries < 50 && opened_for_a_moment(expected, now); ++tries) {
    pause();
    now = look();
  }
  for (std::size_t i = 0; i < expected.size(); ++i) {
    const auto why = difference(expected[i], now);
    if (!why.empty()) throw refused(expected[i].path, why);
    if (!is_node_of(held[i], expected[i].path))
      throw refused(expected[i].path, "the name has just been given to another device");
  }
  return held;
}

}  // namespace recover
