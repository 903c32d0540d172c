// What a journal amounts to: which steps are done, what was destroyed, what is left to do.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "recover/event.hpp"
#include "recover/half_made.hpp"

namespace recover {

enum class Progress { none, begun, failed, done };

struct JournalState {
  bool started = false;
  bool recovery = true;        // else a run of a playbook that says that it recovers nothing
  bool without_entry = false;  // the firmware took no boot entry, and the run went on without
  bool complete = false;       // every step is done; only the proof of a backup is missing
  bool verified = false;       // that proof is there, of a later boot than those of the recovery
  bool destroying = false;     // a step that destroys has begun
  bool by_director = false;    // the files that are there now came back by the Director
  std::string playbook, playbook_file, profile, plan_hash, machine_hash, as_of, started_at, last_at;
  // When the tree was as the recovery left it, seconds since 1970 by the rescue system's clock: unlike the
  // other times it needs no time zone. 0: it is not complete, or its journal does not tell.
  std::int64_t completed_at = 0;
  std::map<std::string, Progress> steps;
  std::vector<std::string> order;                // names of the plan's steps, without fallbacks
  std::map<std::string, std::string> fallbacks;  // step -> the fallback that stands in for it
  // What was lost ("ACL", "xattr", "data", "file") -> path -> in words. Printable. Where the path is not
  // known either, the words stand for it. What has been repaired is taken out. In the journal of a repair:
  // what it could not repair.
  std::map<std::string, std::map<std::string, std::string>> degraded;
  std::set<HalfMade> half_made;   // filesystems besides the btrfs, which has its step
  std::vector<std::string> left;  // proposed mends that nobody wanted; what could not be salvaged
  std::string ended;              // why the last run ended; empty when it was killed
  std::set<std::string> boots;    // of the kernel, that the runs were made in
  std::string filesystem;         // UUID of the root; empty in older journals
  std::map<std::string, std::string> held_volumes;  // set read-only in the catalog -> their status before
  std::set<std::string> held_jobs;                  // taken out of the Director's schedule
  bool lifted = false;                              // the quarantine, by hand
  // Why the volumes are not held, the machine has not got its catalog, or will not verify its backup by
  // itself. Sentences; empty when it is well.
  std::string hold_problem, catalog_problem, reminder_problem;
  // A dump in the restored root that its database server is to load, and what loads it there.
  std::string catalog_dump;
  std::vector<std::string> catalog_commands;
  // What became of the salvaged files: accepted, refused, postponed, nothing; empty: they were not offered.
  std::string salvage;
  std::int64_t salvage_waiting = 0;           // files that were postponed
  std::vector<std::string> salvaged_damaged;  // put beside the good ones; printable
  std::string verified_at;
  std::int64_t verified_job = 0;

  std::vector<std::string> replaced;               // "OLD=NEW": disks that took another's place, by serial
  std::map<std::string, std::string> step_hashes;  // of the newest run that knew the step
  std::vector<std::string> lasting;                // Circumstances::lasting of the run's first plan

  Progress of(const std::string& step) const;
  // Done itself, or by what stands in for it.
  bool is_done(const std::string& step) const;
};

JournalState state_of(const std::vector<Event>& events);

// A journal and its copy that travels in the restored root tell of the same recovery.
bool same_recovery(const JournalState& a, const JournalState& b);

}  // namespace recover
