// How `recover freshen` last ended: beside the journal that travels in the machine's root, where `recover
// status` asks it, and on the storage volume, for whoever stands in a rescue system. A small file, written
// whole.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace recover::freshen {

struct Record {
  std::string filesystem;         // UUID of the root: another machine's is not looked at
  std::int64_t at = 0;            // seconds since 1970
  std::string time;               // the same, for people
  std::int64_t fresh_for = 0;     // seconds, as the profile said then
  std::vector<std::string> done;  // "NAME: what"
  std::vector<std::string> missing;
  bool operator==(const Record&) const = default;
};

void leave_record(const std::string& directory, const Record& record);  // throws Failed
// Nothing where there is none, or none that can be read.
std::optional<Record> read_record(const std::string& directory);

// Why somebody must see to it, as a sentence with what to do; empty: all was current, not long ago.
std::string complaint(const Record& record, std::int64_t now);

}  // namespace recover::freshen
