// The partition table of a disk that takes another's place: the same GUIDs, types, names and places, so that
// all that names a partition finds it again.
#pragma once

#include <string>
#include <vector>

#include "recover/facts.hpp"
#include "recover/profile.hpp"

namespace recover {

// The disk itself, by serial and WWN.
bool is_disk(const BlockDevice& device, const ProfileDisk& disk);

// All partitions of the profile are on it where they should be.
bool has_table(const ProfileDisk& disk, const std::vector<BlockDevice>& devices);

// For a disk of `size` bytes in place of one of `old_size`: the last partition takes what a larger one has
// more, and gives what a smaller one has less. Throws Refused when that does not go.
std::vector<ProfilePartition> laid_out(std::vector<ProfilePartition> partitions, std::int64_t old_size,
                                       std::int64_t size, std::int64_t sector);

// "/dev/sdb" -> "/dev/sdb2", "/dev/nvme0n1" -> "/dev/nvme0n1p2", as the kernel names them.
std::string partition_path(const std::string& disk, std::int64_t number);

// The partition as it will be found once the table is made.
BlockDevice planned_partition(const BlockDevice& blank, const ProfileDisk& disk,
                              const ProfilePartition& partition);

// The input of sfdisk(8).
std::vector<std::string> table_script(const ProfileDisk& disk, std::int64_t sector);

}  // namespace recover
