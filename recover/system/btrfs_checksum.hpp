// The four checksums that a btrfs can have (fs/btrfs/disk-io.c, csum_tree_block; documentation of mkfs.btrfs,
// CHECKSUM ALGORITHMS).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace recover::system {

// csum_type of the superblock: 0 crc32c, 1 xxhash, 2 sha256, 3 blake2. Empty for any other number.
std::string checksum_name(std::uint64_t type);

// As it stands on the disk: 4, 8, 32 and 32 bytes. Empty for any other type.
std::string btrfs_checksum(std::uint64_t type, std::string_view bytes);

}  // namespace recover::system
