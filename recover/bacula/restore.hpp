// The two ways back: a restore job of the Director, watched to its real end, and bextract. Both read the same
// bootstrap file. Neither's exit code is believed.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "recover/bacula/console.hpp"

namespace recover::bacula {

struct RestoreProgress {
  std::int64_t files = 0, bytes = 0;  // so far
  std::string current;                // the file at hand, any bytes; empty when not known
};
using OnProgress = std::function<void(const RestoreProgress&)>;

struct RestoreRequest {
  Console console;
  std::string job, client, storage;
  std::string bootstrap;              // as the Director sees it
  std::string where;                  // as the File Daemon sees it
  std::int64_t files = 0;             // expected
  std::chrono::milliseconds stall{};  // no progress for that long: the job is cancelled and has failed
};

// `run job=… client=… storage=… bootstrap=… where=… yes`
std::string restore_line(const RestoreRequest& request);

struct RestoreOutcome {
  std::int64_t job_id = 0, files = 0, bytes = 0;
};

// Throws Failed unless the catalog says T, no errors, and the number of files expected. The joblog's last
// telling lines are in the message. Interrupted: the job is cancelled first.
RestoreOutcome restore_by_director(system::Processes& processes, const RestoreRequest& request,
                                   const OnProgress& on_progress);

// Single files: the Director chooses the newest backup of each, as it does for an operator.
struct RestoreFilesRequest {
  Console console;
  std::string job, client, fileset, storage;
  std::string list;        // a file, a path a line, as the Director sees it; readable for the Director's user
  std::string where;       // as the File Daemon sees it
  std::int64_t files = 0;  // expected: the lines of the list
  std::chrono::milliseconds stall{};
  std::chrono::milliseconds deadline{};  // not ended by then: the job is cancelled and has failed
  std::string again;                     // what to do when the cause is mended
};

// `restore client=… fileset=… restorejob=… storage=… where=… file=<… yes`. With several file= only the first
// counts (Bacula 9.6.7), so they stand in a list.
std::string restore_files_line(const RestoreFilesRequest& request);

// In two, so that something else can be done while the Director gets to it: it looks at its queue every two
// seconds. Returns the JobId. Throws Failed.
std::int64_t start_restoring_files(system::Processes& processes, const RestoreFilesRequest& request);
// Throws Failed as restore_by_director() does.
RestoreOutcome await_restored_files(system::Processes& processes, const RestoreFilesRequest& request,
                                    std::int64_t job);

struct ExtractRequest {
  std::vector<std::string> argv;  // {"chroot", ENV, "bextract", "-p", "-c", CONF, "-b", BSR, DEVICE, TARGET}
  std::chrono::milliseconds stall =
      std::chrono::minutes(10);  // for so long nothing said, nothing read: it hangs
};
struct ExtractOutcome {
  std::int64_t files = 0;           // its own count
  std::vector<std::string> errors;  // at most 100 telling lines, "Unknown stream" left out; secrets taken out
};

// Throws Failed when bextract could not begin, ended by a signal, or did not print its count of files.
ExtractOutcome extract(system::Processes& processes, const ExtractRequest& request,
                       const OnProgress& on_progress);

}  // namespace recover::bacula
