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

struct ExtractRequest {
  std::vector<std::string> argv;  // {"chroot", ENV, "bextract", "-p", "-c", CONF, "-b", BSR, DEVICE, TARGET}
};
struct ExtractOutcome {
  std::int64_t files = 0;           // its own count
  std::vector<std::string> errors;  // at most 100 telling lines, "Unknown stream" left out; secrets taken out
};

// Throws Failed when bextract could not begin, ended by a signal, or did not print its count of files.
ExtractOutcome extract(system::Processes& processes, const ExtractRequest& request,
                       const OnProgress& on_progress);

}  // namespace recover::bacula
