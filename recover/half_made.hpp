// Filesystems that a run began to make, and was not seen to end: killed in mkfs, it may leave one that looks
// whole to blkid, with type and UUID, and is not. The journal knows better, so what is on such a device
// counts for nothing. A device that holds something else by now is another's, and stays as it is.
//
//     observer.observe(making(...));   // in the journal before mkfs begins
//     observer.observe(made(...));     // when it has ended, and all of it is on the disk
#pragma once

#include <set>
#include <string>
#include <tuple>
#include <vector>

#include "recover/event.hpp"
#include "recover/facts.hpp"
#include "recover/identity.hpp"

namespace recover {

struct HalfMade {
  std::string serial, partition, volume;  // the device, as in DeviceIdentity
  std::string uuid;                       // that the filesystem gets
  bool operator<(const HalfMade& other) const {
    return std::tie(serial, partition, volume, uuid) <
           std::tie(other.serial, other.partition, other.volume, other.uuid);
  }
};

Event making(const DeviceIdentity& device, const std::string& type, const std::string& uuid);
Event made(const DeviceIdentity& device, const std::string& type, const std::string& uuid);

// What is half made once this event was told as well. Others than those two change nothing.
void note(const Event& event, std::set<HalfMade>& half_made);

// The devices where it is, and something of it is found. As they were read.
std::vector<BlockDevice> devices_with(const std::set<HalfMade>& half_made, const Facts& facts);

// The same facts, but there is nothing on those devices: BlockDevice::half_made.
Facts without_half_made(Facts facts, const std::set<HalfMade>& half_made);

}  // namespace recover
