// The journal: append-only, one JSON object a line, each with a checksum over itself and all lines before it,
// fsynced. "begun" is written before an action acts and "done" after it is proven, so that a resume knows
// what may be half done. A torn last line (a power cut in mid-write) is cut and said so; anything worse
// refuses.
//
//     auto journal = Journal::create(state_directory);
//     journal.write(Event("step-begun").with("step", "filesystem"));
#pragma once

#include <string>
#include <vector>

#include "recover/event.hpp"
#include "recover/system/files.hpp"

namespace recover {

struct JournalContents {
  std::vector<Event> events;  // each with "seq" and "time" (local, YYYY-MM-DD HH:MM:SS) as its last fields
  bool torn = false;          // the last line was cut off
  std::string last_sum;       // what the next line's checksum builds on
  std::size_t whole_bytes = 0;
};

std::string journal_path(const std::string& directory);

// Throws UsageError with the line at fault, and the last good state, when a line before the last is not what
// was written. A missing file is an empty journal.
JournalContents read_journal(const std::string& path);

class Journal {
 public:
  // Starts a new one; an older one is kept beside it under its own time. Throws Failed.
  static Journal create(const std::string& directory);
  // Goes on with the one that is there, cutting a torn last line.
  static Journal append(const std::string& directory);

  // Throws Error, which no fallback answers, when it cannot be made durable: no run goes on without its
  // journal.
  void write(Event event);

 private:
  Journal(system::Descriptor file, std::string path, std::int64_t next, std::string last_sum);

  system::Descriptor file_;
  std::string path_;
  std::int64_t next_;
  std::string last_sum_;
};

}  // namespace recover
