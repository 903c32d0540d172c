// What lies on a target and the profile does not know: another machine's data, perhaps. Before it is erased
// the operator must name it as well, not only the disk.
#pragma once

#include <string>
#include <vector>

#include "recover/facts.hpp"
#include "recover/profile.hpp"

namespace recover {

struct ForeignContent {
  std::string device;    // its path now
  std::string words;     // what it is, how full, when last written
  std::string identity;  // to be typed: its UUID; where it has none, "TYPE on SERIAL"
};

// In the order of the devices that a destroying step would erase; of a new disk also its partition table.
std::vector<ForeignContent> find_foreign(const Profile& profile, const Facts& facts);

// Whether it is the UUID of a filesystem that the profile names, or is to have.
bool known_to(const Profile& profile, const std::string& uuid);

// "ext4 "data" 0b8d3f67-..., 3.1 GiB of 8.0 GiB used, last written 2026-11-20 10:00:00". Printable.
std::string content_words(const BlockDevice& device);

// "gpt 6b9e52f7-..., with /dev/sdb1: ext4 ...", or "none". Printable.
std::string table_words(const BlockDevice& disk, const Facts& facts);

}  // namespace recover
