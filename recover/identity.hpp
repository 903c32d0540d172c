// What a device must be at the moment when something is written to it. Names like /dev/sda decide nothing: a
// disk may be unplugged and another take its name between two commands.
//
//     const auto held = hold_as_planned({identity}, look);   // throws Refused, with the difference
//     ... the command; `held` keeps the kernel from giving the name to another device meanwhile
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "recover/facts.hpp"
#include "recover/system/files.hpp"

namespace recover {

struct DeviceIdentity {
  std::string path;
  std::string serial, wwn;  // of the whole disk
  std::string table_uuid;   // of its partition table
  std::string partition_uuid, volume;
  std::int64_t size = 0;
  std::optional<std::string> content = {};  // filesystem and its UUID, "" for nothing; none: not asked
};

DeviceIdentity identity_of(const BlockDevice& device);

// The same device once wipefs(8) has been there: nothing is on it, of a whole disk no partition table either.
DeviceIdentity wiped(DeviceIdentity identity);

// "expected serial A, found B"; empty when it is the same and nothing uses it.
std::string difference(const DeviceIdentity& expected, const std::vector<BlockDevice>& now);

using LookAtDevices = std::function<std::vector<BlockDevice>()>;
using Pause = std::function<void()>;

// Opens each device, and then looks whether it is what is expected. As long as a device is open the kernel
// gives neither its number nor its name to another one, and a loop device keeps its file. What udev starts
// when a device has changed may have it to itself for a moment: that is waited for, where there is a `pause`.
// Throws Refused.
std::vector<system::Descriptor> hold_as_planned(const std::vector<DeviceIdentity>& expected,
                                                const LookAtDevices& look, const Pause& pause = {});

}  // namespace recover
