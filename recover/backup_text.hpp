// A backup in words, for the question and the dry run.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "recover/bacula/backup.hpp"

namespace recover {

// A line a job, with its age at `now` (seconds since 1970).
std::string jobs_text(const std::vector<bacula::BackupJob>& jobs, std::int64_t now);

}  // namespace recover
