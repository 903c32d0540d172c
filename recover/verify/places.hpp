// The places whose files every backup must have: each mounted subvolume of the profile, those that lie in a
// mounted one, a separate /boot, the ESP. Less what the profile leaves out on purpose.
#pragma once

#include <string>
#include <vector>

#include "recover/facts.hpp"
#include "recover/mount_points.hpp"
#include "recover/profile.hpp"

namespace recover::verify {

struct Place {
  std::string path;        // on the running machine: "/home"
  std::string what;        // "subvolume @home", "ESP"
  std::string subvolume;   // its path from the top level; empty: another filesystem
  std::string uuid;        // of the filesystem
  bool mounted = true;     // by itself; else it is reached through the subvolume that it lies in
  bool read_only = false;  // by btrfs's own property, or by fstab
  bool operator==(const Place&) const = default;
};

std::vector<Place> places_of(const Profile& profile);
// The same, read-only also where /etc/fstab says "ro". What the kernel has made read-only is not: it has met
// an error there.
std::vector<Place> with_fstab(std::vector<Place> places, const std::vector<FstabEntry>& fstab);

// The names in [verify] left-out that are no place of this machine: a slip of the pen leaves nothing out.
std::vector<std::string> unknown_left_out(const Profile& profile);

// Why that place is not there now, or cannot be written though it should, as a sentence; empty when all is
// well. What is not mounted would have its canary on the wrong filesystem.
std::string absent(const Place& place, const Facts& facts);

}  // namespace recover::verify
