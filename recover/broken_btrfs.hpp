// A btrfs that may be broken, as its superblocks tell of it: plain values, read without mounting anything.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "recover/facts.hpp"
#include "recover/salvage_action.hpp"
#include "recover/system/btrfs_superblock.hpp"

namespace recover {

struct BrokenDevice {
  std::string path, serial;
  std::int64_t size = 0;                            // bytes
  std::vector<system::SuperblockCopy> superblocks;  // of each mirror that has room on it, in order

  // The whole copy with the highest generation; none when no copy is whole.
  const system::SuperblockCopy* newest() const;
};

// Devices of one filesystem, or what the profile says that it lay on.
struct BrokenBtrfs {
  std::string uuid;
  std::vector<BrokenDevice> devices;  // by their device id; those whose superblocks are all lost last
  // Device ids that no device has. No superblock lists the ids: where they have gaps these are the lowest
  // that are free, and only their number is sure.
  std::vector<std::uint64_t> missing;
  std::vector<std::string> clones;   // a sentence each: two devices say that they are the same one
  std::vector<std::string> foreign;  // a sentence each: on a device of the profile's is another filesystem
  const system::SuperblockCopy* newest() const;  // of all devices; none when no copy is whole
  std::vector<std::string> paths() const;        // of the devices with a whole copy, else of all
};

// The devices of the place, and every other one that has a whole superblock of that filesystem, loop devices
// too. What only carries such a device, or is shown by it (a disk beneath an LVM volume), is not one more.
// Only reads; never throws.
BrokenBtrfs find_broken(const BrokenPlace& place, const std::vector<BlockDevice>& devices);

}  // namespace recover
