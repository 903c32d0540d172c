// The fstab of a restored root: which mount points it wants, and which filesystems.
#pragma once

#include <string>
#include <vector>

#include "recover/facts.hpp"

namespace recover {

struct FstabEntry {
  std::string source, mount_point, type, options;
};

// Reads ROOT/etc/fstab; octal escapes (\040) are undone. Empty when there is none.
std::vector<FstabEntry> read_fstab(const std::string& root);

// Absolute paths, as the restored machine sees them. Swap and "none" have none; one that leaves ROOT is left
// out.
std::vector<std::string> missing_mount_points(const std::string& root);

// UUIDs that an entry without noauto or nofail names and no device has.
std::vector<std::string> unresolved_uuids(const std::vector<FstabEntry>& entries,
                                          const std::vector<BlockDevice>& devices);

}  // namespace recover
