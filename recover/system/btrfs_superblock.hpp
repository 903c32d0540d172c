// The superblocks of a btrfs, read as bytes from a device: what it says of itself when nothing mounts any
// more. The format is documented in the kernel's include/uapi/linux/btrfs_tree.h (struct btrfs_super_block)
// and the btrfs documentation's "On-disk format".
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace recover::system {

// One of the four older sets of tree roots that each superblock keeps.
struct BackupRoots {
  std::uint64_t generation = 0;                 // of the tree root
  std::uint64_t tree_root = 0, chunk_root = 0;  // logical addresses
  bool operator==(const BackupRoots&) const = default;
};

struct SuperblockCopy {
  int mirror = 0;           // 0, 1, 2
  std::int64_t offset = 0;  // bytes: 64 KiB, 64 MiB, 256 GiB
  std::string problem;      // why it is not whole: "there is no btrfs superblock"; empty: it is
  // Of a copy that is whole, or whose checksum alone is wrong:
  std::uint64_t generation = 0, chunk_generation = 0;
  std::uint64_t tree_root = 0, chunk_root = 0, log_root = 0;  // logical addresses; no log: 0
  std::string filesystem, device, label;                      // UUIDs; the label may be empty
  std::uint64_t device_id = 0, device_count = 0;
  std::int64_t total_bytes = 0, used_bytes = 0;  // of the filesystem
  std::int64_t node_size = 0, sector_size = 0;   // bytes
  std::string checksum;                          // crc32c, xxhash, sha256, blake2
  std::vector<BackupRoots> backups;              // newest first; those without a tree root left out

  bool whole() const { return problem.empty(); }
  bool operator==(const SuperblockCopy&) const = default;
};

// `bytes`: the 4096 of one copy. Takes any bytes.
SuperblockCopy parse_superblock(std::string_view bytes, int mirror);

// All copies for which there is room on a device of `size` bytes. Only reads. Never throws: what cannot be
// read is the copy's problem.
std::vector<SuperblockCopy> read_superblocks(const std::string& path, std::int64_t size);

}  // namespace recover::system
