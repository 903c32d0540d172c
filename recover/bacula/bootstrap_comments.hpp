// What the Director writes above the ranges of each job in a `Write Bootstrap` file: the job's name, level
// and time. The only sign of them when the Director cannot be asked.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "recover/bacula/backup.hpp"
#include "recover/bacula/bootstrap.hpp"

namespace recover::bacula {

// In the order of the file, with name, level and start (when the Director wrote it: at the end of the job).
// Lines of another form are passed over.
std::vector<BackupJob> commented_jobs(const std::string& text);

struct BootstrapSession {
  std::uint32_t session_id = 0, session_time = 0;
  BackupJob job;  // without a comment of its own, only `start` is known: when the Storage Daemon was started
};

// The sessions of a bootstrap file in its order, which is the jobs' own, each with what is told of its job.
std::vector<BootstrapSession> commented_sessions(const std::string& text, const Bootstrap& bootstrap);

}  // namespace recover::bacula
