// How much data a btrfs on given devices takes, by its profile of data, before anything is on it.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace recover {

// Bytes of data, without metadata. `profile` as mkfs.btrfs spells it; `sizes`: of the devices, bytes. An
// upper bound: one that is not known counts as single.
std::int64_t data_capacity(const std::string& profile, const std::vector<std::int64_t>& sizes);

// Bytes of the devices that the metadata of so many files takes at least: half a KiB for each file and each
// of its copies.
std::int64_t metadata_margin(const std::string& profile, std::int64_t files);

}  // namespace recover
