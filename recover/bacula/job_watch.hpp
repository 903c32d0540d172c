// Looking at a job that runs: what the catalog, the File Daemon and the Director say of it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "recover/bacula/console.hpp"
#include "recover/bacula/restore.hpp"

namespace recover::bacula {

struct JobState {
  std::string status;                             // the catalog's letter
  std::int64_t files = 0, bytes = 0, errors = 0;  // final only when the job has ended
  bool ended() const;
};
JobState job_state(system::Processes& processes, const Console& console, std::int64_t id);

// "f" -> "f (fatal error)".
std::string status_words(const std::string& status);

// The Director's words for a job that runs or is queued: "is running", "is waiting for a mount request".
// Empty: it is neither. Costs the job nothing, where a question to a SQLite catalog makes it wait: a restore
// logs every file there.
std::string job_doing(system::Processes& processes, const Console& console, std::int64_t id);
std::string parse_job_doing(const std::string& director_status, std::int64_t id);

// Whether a job of which the Director says this may stand still for hours and be well: it waits its turn, or
// is in a phase in which the File Daemon counts nothing.
bool may_stand_still(const std::string& doing);

// JobIds of all that run or are queued.
std::vector<std::int64_t> running_jobs(system::Processes& processes, const Console& console);
std::vector<std::int64_t> parse_running_jobs(const std::string& director_status);

// How far the File Daemon is.
struct JobProgress {
  RestoreProgress progress;
  std::int64_t read_bytes = 0;  // taken from the volumes so far, also when no file was finished
};
// None while the File Daemon does not have the job.
std::optional<JobProgress> job_progress(system::Processes& processes, const Console& console,
                                        const std::string& client, std::int64_t id);
std::optional<JobProgress> parse_job_progress(const std::string& client_status, std::int64_t id);

// Why a Storage Daemon waits: the volume that it wants mounted; empty when it wants none.
std::string wanted_volume(system::Processes& processes, const Console& console, const std::string& storage);

// The joblog's last lines that tell of something wrong, oldest first, made harmless. The joblog as a whole
// may have a line for every file.
std::vector<std::string> telling_lines(system::Processes& processes, const Console& console, std::int64_t id);

// The joblog's last lines whatever they tell, oldest first, made harmless; of each its first line.
std::vector<std::string> last_lines(system::Processes& processes, const Console& console, std::int64_t id);

// Cancels the job and waits until it has ended, so that nothing writes to the target any more. Throws Failed
// when it did not end.
void cancel_job(system::Processes& processes, const Console& console, std::int64_t id);

}  // namespace recover::bacula
