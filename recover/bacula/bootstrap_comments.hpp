// What the Director writes above the ranges of each job in a `Write Bootstrap` file: the job's name, level
// and time. The only sign of them when the Director cannot be asked.
#pragma once

#include <string>
#include <vector>

#include "recover/bacula/backup.hpp"

namespace recover::bacula {

// In the order of the file, with name, level and start (when the Director wrote it: at the end of the job).
// Lines of another form are passed over.
std::vector<BackupJob> commented_jobs(const std::string& text);

}  // namespace recover::bacula
