// Bootstrap files (.bsr): which parts of which volumes make a restore. Both those that the Director writes
// for `restore` and those of `Write Bootstrap`. Bacula Main Reference, chapter "The Bootstrap File".
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace recover::bacula {

struct Interval {
  std::uint64_t first = 0, last = 0;  // inclusive
  bool operator==(const Interval&) const = default;
};

struct BootstrapRange {
  std::string storage, volume, media_type, device;
  std::uint32_t session_id = 0;     // VolSessionId
  std::uint32_t session_time = 0;   // VolSessionTime, seconds since 1970: the start of the Storage Daemon
  std::vector<Interval> addresses;  // VolAddr (bytes), or VolFile/VolBlock pairs folded to file << 32 | block
  std::vector<Interval> file_indexes;  // empty: all
  std::uint64_t count = 0;             // 0 when not given
  bool operator==(const BootstrapRange&) const = default;
};

struct Bootstrap {
  std::vector<BootstrapRange> ranges;
  std::vector<std::string> volumes() const;  // each once, in order
  // Number of files: each FileIndex of a session once (a file that spans two volumes stands in both). Ranges
  // without FileIndex count as nothing: the volumes alone know.
  std::uint64_t files() const;
};

// Of it, only the part that holds its first file: enough to try whether anything can be read.
Bootstrap first_file(const Bootstrap& bootstrap);

// Whether it can be one: it becomes part of a path.
bool is_volume_name(std::string_view name);

// Whether one of that name can be written into a list of volumes: `|` parts two of them. Bacula itself takes
// letters, digits and `:.-_` (is_volume_name_legal() in its sources), so nothing of its own is refused.
bool is_bootstrap_volume(std::string_view name);

// Whether it can stand between the quotes of a bootstrap file's line.
bool is_bootstrap_value(std::string_view text);

// Throws UsageError naming `source`, line and the word that is wrong.
Bootstrap parse_bootstrap(std::string_view text, const std::string& source);

// As a bootstrap file.
std::string to_text(const Bootstrap& bootstrap);

// Sorted, and those that touch or overlap made one.
std::vector<Interval> merged(std::vector<Interval> intervals);

}  // namespace recover::bacula
