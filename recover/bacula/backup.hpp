// What is restored: the jobs that a restore needs and what they amount to. Plain values, made before the
// first write to a disk by choosing (the Director's own choice) or by adopting a bootstrap file (no
// Director), kept beside the journal, read again as facts.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace recover::bacula {

struct BackupJob {
  std::int64_t id = 0;  // JobId; 0 when only the volumes know the job
  std::string name;     // may be empty when only a bootstrap file tells of the job
  std::string level;    // "Full", "Differential", "Incremental", or empty when not known
  std::string start;    // local time, YYYY-MM-DD HH:MM:SS; from VolSessionTime when nothing better is known
  std::int64_t files = 0;  // as the catalog counts them; 0 when not known
  std::int64_t bytes = 0;
  std::int64_t errors = 0;  // JobErrors of a job that ended well all the same
  bool operator==(const BackupJob&) const = default;
};

// Of the letter that the catalog and the volumes have: 'F' is "Full"; empty when it is no level of a backup.
std::string level_name(char letter);

struct Backup {
  std::vector<BackupJob> jobs;       // oldest first
  std::int64_t files = 0;            // files that the restore must bring back
  std::int64_t bytes = 0;            // their data, as far as known; 0 when not known
  std::vector<std::string> volumes;  // in the order of reading
  bool by_director = false;          // chosen by the Director for the moment asked; else adopted from a file
  std::int64_t damaged = 0;          // files that damaged blocks touch, as far as adopting has seen
  bool operator==(const Backup&) const = default;
};

}  // namespace recover::bacula
