// What the kernel said of a btrfs and of the disks beneath it, picked out of its log and explained.
#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace recover::diagnosis {

// What a line shows of the filesystem.
enum class Sign {
  other,     // that something failed, not what
  hardware,  // the disk or its connection
  metadata,  // a block of a tree is lost or wrong
  data,      // content of files is wrong
  device,    // one of its devices is missing
  clone,     // a device is attached twice
  log,       // the log tree
  space,     // it was full
};

struct KernelWord {
  std::string from;     // "kernel log", or the crash record that it stands in
  std::string text;     // the line, the first of those that mean the same
  std::string meaning;  // a sentence
  Sign sign = Sign::other;
  std::int64_t times = 1;  // lines that mean the same
  bool operator==(const KernelWord&) const = default;
};

// A line in words; nothing when it tells of no btrfs and of no failing disk, or only of what is well.
std::optional<KernelWord> explained(std::string_view line);

// `names`: as the kernel calls the devices, "sda2", "dm-0", and the disks beneath. A line that names another
// device is passed over; one that names none is, too, unless `nameless`. Lines of one meaning are one word.
std::vector<KernelWord> words_about(const std::vector<std::string>& lines, const std::set<std::string>& names,
                                    bool nameless, const std::string& from);

}  // namespace recover::diagnosis
