// Which devices of today are the profile's. A disk is known by what it is (serial, WWN, partition GUID),
// never by its name; exactly one must fit, or none is taken.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "recover/facts.hpp"
#include "recover/identity.hpp"
#include "recover/profile.hpp"

namespace recover {

struct Target {
  ProfileDisk disk;
  std::string partition;              // GPT partition GUID; empty: the whole disk, or `volume`
  std::string volume;                 // LVM "group/volume"; empty: none
  std::optional<BlockDevice> device;  // as it is now
  std::string problem;                // why there is no device: not found, or more than one
  // A new disk as it is now, that must get its partition table first; `device` is what will then be there.
  std::optional<BlockDevice> blank = {};
};

// One for each device of the profile's filesystem, in its order.
std::vector<Target> find_targets(const Profile& profile, const Facts& facts);

// Where the ESP and a separate /boot are; nothing when the profile has none.
std::optional<Target> find_esp(const Profile& profile, const Facts& facts);
std::optional<Target> find_boot(const Profile& profile, const Facts& facts);

// What a destroying step would write a filesystem to: those of the root; ESP and /boot where nothing is on
// them.
bool is_lost(const Target& target);
std::vector<Target> find_erased(const Profile& profile, const Facts& facts);

// All that goes with it: the device itself, its partitions, what is built upon them. Of a new disk without
// its table, all of the disk.
std::vector<BlockDevice> lost_with(const Target& target, const Facts& facts);

// What must be found there right before something is written to it.
DeviceIdentity identity_of(const Target& target);

// How a command reaches it; when it was not found, words that no command would take for a device.
std::string path_of(const Target& target);

}  // namespace recover
