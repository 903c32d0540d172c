// What must change so that the firmware boots the machine by its own entry: which Boot#### it gets, which
// stale duplicates go, and the BootOrder. Values in, values out; who writes them is system/efi.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "recover/facts.hpp"

namespace recover {

struct EfiChanges {
  EfiEntry entry;                     // with its number; written even when the same is there already
  std::vector<std::uint16_t> remove;  // stale duplicates
  std::vector<std::uint16_t> order;   // BootOrder: the entry first, the others as they were
};

// `wanted`: label, loader, partition, data. `partitions`: GPT GUIDs of every partition of this machine now.
// An entry with the same label, loader (whatever the case) and partition keeps its number. A duplicate is
// stale when it has the same label and points to the same partition, or starts the same loader on one that no
// longer exists; an entry of another installed system on another disk, though it be called "debian" as well,
// stays.
EfiChanges efi_changes(const EfiFacts& efi, const EfiEntry& wanted,
                       const std::vector<std::string>& partitions);

// The same file for the firmware: FAT knows no case, and both slashes are met.
bool same_loader(const std::string& a, const std::string& b);

}  // namespace recover
