// A job of the Director, from the line that starts it to its real end: watched for progress and for what will
// not mend itself, cancelled when nobody waits for it any more.
//
//     const auto id = start_job(processes, console, "run job=BackupAlder level=Full yes");
//     const auto state = watch_job(processes, request, id, on_progress);
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <string>

#include "recover/bacula/console.hpp"
#include "recover/bacula/job_watch.hpp"

namespace recover::bacula {

struct WatchRequest {
  Console console;
  std::string what;                      // "restore job": how sentences call it
  std::string client, storage;           // names: who is asked how far it is, and what it waits for
  bool writes = false;                   // to volumes: what it waits for is then one that it can write
  std::string again;                     // what to do when the cause is mended: "go on with --resume"
  std::chrono::milliseconds stall{};     // no progress for that long: it has failed; 0: never. Time in which
                                         // it may_stand_still() is not counted
  std::chrono::milliseconds deadline{};  // not ended by then: it has failed; 0: never
};

// Returns the JobId. Throws Failed with the Director's words unless it says that it has queued a job.
std::int64_t start_job(system::Processes& processes, const Console& console, const std::string& line);

// Until the catalog says that the job has ended, well or badly. Throws Failed when it waits for a volume that
// is not to be had, stalls, passes its deadline, or the Director cannot be reached; Interrupted. In each of
// these cases the job is cancelled first.
JobState watch_job(system::Processes& processes, const WatchRequest& request, std::int64_t id,
                   const OnProgress& on_progress);

// What the joblog says against a job: "; LINE; LINE", to be added to a sentence.
std::string joblog_words(system::Processes& processes, const Console& console, std::int64_t id);
std::string joblog_remedy(std::int64_t id, const std::string& again);

}  // namespace recover::bacula
