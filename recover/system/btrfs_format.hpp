// What a btrfs was made with, by ioctls on any directory of it: for btrfs.cpp alone.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "recover/facts.hpp"

namespace recover::system {

// Throws Failed.
[[noreturn]] void fail_to_read(const std::string& what, const std::string& mount_point, int error);

// Fills in uuid, checksum, node_size, sector_size, features and devices. Throws Failed.
void read_format(int fd, const std::string& mount_point, FilesystemFacts& facts);

// The BTRFS_FEATURE_COMPAT_RO_* and BTRFS_FEATURE_INCOMPAT_* bits by the names that mkfs.btrfs takes, sorted.
// Left out: what it takes from elsewhere (raid56 and raid1c34 follow from the chunk profiles, the
// compressions and the default subvolume from use), and what only experimental builds of it take.
std::vector<std::string> feature_names(std::uint64_t compat_ro, std::uint64_t incompat);

}  // namespace recover::system
