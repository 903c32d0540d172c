// What a disk says of its own health, by smartctl(8) of smartmontools: its plain text.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace recover::diagnosis {

struct DiskHealth {
  std::string disk;                   // path
  bool known = false;                 // it has said how it is
  bool failing = false;               // it says that it fails, or that it cannot read part of itself
  std::vector<std::string> findings;  // "197 Current_Pending_Sector: 8"; what is worth to be known
  std::string problem;                // why it is not known; else empty
  bool operator==(const DiskHealth&) const = default;
};

// Of what `smartctl -H -A DISK` prints.
DiskHealth health_of(const std::string& disk, std::string_view text);

}  // namespace recover::diagnosis
