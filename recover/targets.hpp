// Which devices of today are the profile's. A disk is known by what it is (serial, WWN, partition GUID),
// never by its name; exactly one must fit, or none is taken.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "recover/facts.hpp"
#include "recover/profile.hpp"

namespace recover {

struct Target {
  ProfileDisk disk;
  std::string partition;              // GPT partition GUID; empty: the whole disk, or `volume`
  std::string volume;                 // LVM "group/volume"; empty: none
  std::optional<BlockDevice> device;  // as it is now
  std::string problem;                // why there is no device: not found, or more than one
};

// One for each device of the profile's filesystem, in its order.
std::vector<Target> find_targets(const Profile& profile, const Facts& facts);

// Where the ESP and a separate /boot are; nothing when the profile has none.
std::optional<Target> find_esp(const Profile& profile, const Facts& facts);
std::optional<Target> find_boot(const Profile& profile, const Facts& facts);

// All of them: what a destroying step may write to, and what must not have drifted before it.
std::vector<Target> find_all_targets(const Profile& profile, const Facts& facts);

// How a command reaches it; when it was not found, words that no command would take for a device.
std::string path_of(const Target& target);

// Same disk, same partition, same size, same place, and the same filesystem on it: nothing has drifted
// between two looks.
bool same_devices(const std::vector<Target>& before, const std::vector<Target>& after);

}  // namespace recover
