// What btrfs-progs say of tree roots, as text: btrfs-find-root, and dump-tree of a root tree. From a broken
// filesystem: any bytes are taken, and what is not understood is passed over.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "recover/system/btrfs_superblock.hpp"

namespace recover::salvage {

struct TreeRoot {
  std::uint64_t address = 0;  // logical
  std::uint64_t generation = 0;
  bool operator==(const TreeRoot&) const = default;
};

// "Well block 30982144(gen: 10 level: 0) seems good, ..." of btrfs-find-root -a, in its order.
std::vector<TreeRoot> parse_found_roots(std::string_view text);

// The newest change of a subvolume, seconds since 1970: ctime of the ROOT_ITEMs of "btrfs inspect-internal
// dump-tree --follow -b ROOT". Nothing when no such item tells one.
std::optional<std::int64_t> parse_newest_change(std::string_view text);

// The roots older than that of the superblock, newest first, each address once: those that it keeps itself,
// and what was found. With no superblock, all that was found.
std::vector<TreeRoot> older_roots(const system::SuperblockCopy* superblock,
                                  const std::vector<TreeRoot>& found, std::size_t most);

}  // namespace recover::salvage
