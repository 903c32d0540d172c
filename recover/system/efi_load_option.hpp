// The bytes of a Boot#### variable: an EFI_LOAD_OPTION (UEFI specification 2.10, 3.1.3) whose device path is
// a partition of a GPT and a file on it (10.3.5.1 and 10.3.5.4).
//
//     const auto entry = read_load_option(bytes);
//     if (entry) entry->label, entry->loader ...
//
// Made and read here, not by libefiboot: its version 37 turns UTF-8 of three bytes into other letters and
// cuts such a label off (src/ucs2.h, utf8_to_ucs2), and firmware writes device paths that its reader refuses.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "recover/facts.hpp"
#include "recover/system/efi.hpp"

namespace recover::system {

// Throws Failed when the partition's GUID is none, or the path is too long.
std::string load_option(const EfiEntry& entry, const EfiPartition& partition);

// Without its number, which is not in it. Nothing: the bytes are no load option.
std::optional<EfiEntry> read_load_option(std::string_view bytes);

}  // namespace recover::system
