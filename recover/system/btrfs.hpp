// A mounted btrfs, read by libbtrfsutil and ioctls: what was really made.
//
//     const auto facts = read_filesystem("/run/recover/target");
//     if (facts.data != "raid1") ...
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "recover/facts.hpp"

namespace recover::system {

// `mount_point`: any mount of it, whichever subvolume that shows: all subvolumes are found, with their no-CoW
// flag, by searching the trees, not by walking directories. Needs root. Waits for a commit first, so that the
// trees show what was done a moment ago. Subvolumes are in the order of their paths; the top level (5) is not
// among them, and when it is the default, none is. Where a balance was left half way, data and metadata name
// all profiles, "single,raid1". Throws Failed.
FilesystemFacts read_filesystem(const std::string& mount_point);

// For read_filesystem() and its tests: the names of the chunk profiles among the BTRFS_BLOCK_GROUP_* bits of
// each kind of chunk there is, without repetition, "raid1c3", "single,dup".
std::string chunk_profiles(const std::vector<std::uint64_t>& flags);

}  // namespace recover::system
