// What a journal amounts to: which steps are done, what was destroyed, what is left to do.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "recover/event.hpp"

namespace recover {

enum class Progress { none, begun, failed, done };

struct JournalState {
  bool started = false;
  bool without_entry = false;  // the firmware took no boot entry, and the run went on without
  bool complete = false;       // every step is done; only the proof of a backup is missing
  bool destroying = false;     // a step that destroys has begun
  std::string playbook, playbook_file, profile, plan_hash, as_of, started_at, last_at;
  std::map<std::string, Progress> steps;
  std::vector<std::string> order;                // names of the plan's steps, without fallbacks
  std::map<std::string, std::string> fallbacks;  // step -> the fallback that stands in for it
  std::map<std::string, std::int64_t> degraded;  // what was lost -> number of files
  std::string ended;                             // why the last run ended; empty when it was killed

  std::map<std::string, std::string> step_hashes;  // of the newest run that knew the step

  Progress of(const std::string& step) const;
  // Done itself, or by what stands in for it.
  bool is_done(const std::string& step) const;
};

JournalState state_of(const std::vector<Event>& events);

}  // namespace recover
