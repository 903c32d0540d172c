// The firmware's boot entries, through libefivar.
//
//     auto efi = read_efi();
//     write_efi_entry({.number = 3, .label = "debian", ...}, {.number = 1, ...});
//     write_boot_order({3, 0});
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "recover/facts.hpp"

namespace recover::system {

// Where a partition is, as a hard drive device path holds it (UEFI specification 2.10, 10.3.5.1).
struct EfiPartition {
  int number = 0;                    // in its table, from 1
  std::int64_t start = 0, size = 0;  // logical sectors
  std::string guid;                  // GPT partition GUID
};

// Never throws: what cannot be read is `problem`. An entry whose device path names no file on a GPT partition
// has no loader and no partition.
EfiFacts read_efi() noexcept;

// Creates or replaces Boot####. Reads it back. Throws Failed with the system's words: full, read-only,
// refused.
void write_efi_entry(const EfiEntry& entry, const EfiPartition& partition);
// Nothing happens when it is not there. Throws Failed.
void remove_efi_entry(std::uint16_t number);
// Throws Failed.
void write_boot_order(const std::vector<std::uint16_t>& order);

// Writes a variable of its own, of the size of a boot entry, reads it back and removes it: the only way to
// know that the firmware takes one (kernels before 6.7 do not tell what is free, and firmware may refuse
// whatever it tells). Throws Failed.
void try_efi_variable();

}  // namespace recover::system
