// The journal: append-only, one JSON object a line, each with a checksum over itself and all lines before it,
// fsynced. "begun" is written before an action acts and "done" after it is proven, so that a resume knows
// what may be half done. A torn last line (a power cut in mid-write) is cut and said so; anything worse
// refuses.
//
// A run keeps a copy of it in memory, line by line the same: it outlives the storage volume that the journal
// is on. What the volume could not take (disk full) stands there, and is put behind when the run is resumed.
//
//     auto journal = Journal::create(state_directory);
//     journal.copy_to("/run/recover-journal/" + uuid);
//     journal.write(Event("step-begun").with("step", "filesystem"));
#pragma once

#include <string>
#include <vector>

#include "recover/event.hpp"
#include "recover/system/files.hpp"

namespace recover {

struct JournalContents {
  std::vector<Event> events;  // each with "seq" and "time" (system::local_time()) as its last fields
  bool torn = false;          // the last line was cut off
  std::string last_sum;       // what the next line's checksum builds on
  std::size_t whole_bytes = 0;
};

std::string journal_path(const std::string& directory);

// Throws UsageError with the line at fault, and the last good state, when a line before the last is not what
// was written. A missing file is an empty journal.
JournalContents read_journal(const std::string& path);

// Puts the lines behind the journal in `directory` that only its copy in `copy` has. Returns how many. A copy
// of another run's journal, or none, or one that is not as it was written, adds nothing. Throws Error as
// Journal::append and write do.
std::size_t catch_up(const std::string& directory, const std::string& copy);

class Journal {
 public:
  // Starts a new one; an older one is kept beside it under its own time. Throws Failed.
  static Journal create(const std::string& directory);
  // Goes on with the one that is there, cutting a torn last line.
  static Journal append(const std::string& directory);

  // From here on each line is written to a journal in that directory as well, which begins as a copy of this
  // one. That this fails is no failure of the run.
  void copy_to(const std::string& directory);

  // Throws Error, which no fallback answers, when it cannot be made durable: no run goes on without its
  // journal. The copy has the line all the same; from then on only the copy is written.
  void write(Event event);

 private:
  Journal(system::Descriptor file, std::string path, std::int64_t next, std::string last_sum);

  system::Descriptor file_, copy_;
  std::string copied_to_;
  std::string failed_, remedy_;  // why the file takes no lines any more; empty: it does
  std::string path_;
  std::int64_t next_;
  std::string last_sum_;
};

}  // namespace recover
