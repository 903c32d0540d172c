// Which backups of the machine a catalog must know, and how that is known without asking one: by the
// bootstrap file that the backup job writes, and by what the volumes themselves tell behind it.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "recover/bacula/backup.hpp"

namespace recover::bacula {

// A job as it is known beside the catalog.
struct KnownJob {
  std::uint32_t session_id = 0, session_time = 0;
  BackupJob job;  // its id is 0 where only the bootstrap file tells of it
  bool operator==(const KnownJob&) const = default;
};

// "BackupAlder, Incremental, 2026-11-23 01:14:41".
std::string words_of(const KnownJob& job);

struct NewestRequest {
  std::string bootstrap;   // that the backup job writes
  std::string volumes;     // directory
  std::string backup_job;  // its name
  std::string as_of;       // YYYY-MM-DD HH:MM:SS: what was backed up later does not count; empty: all does
};

struct NewestBackup {
  std::vector<KnownJob> jobs;    // of the machine, oldest first; empty: nothing tells of any
  std::vector<KnownJob> others;  // that the volumes tell of behind the bootstrap file: other jobs
  std::string problem;           // why the bootstrap file tells nothing; else empty
  std::uint64_t read = 0;        // bytes of volumes that had to be read for it
};

// Of a volume that was written since the bootstrap file, what lies behind that file's end is read, at most
// its last 256 MiB; without a bootstrap file the end of each volume. Throws Interrupted.
NewestBackup find_newest_backup(const NewestRequest& request);

}  // namespace recover::bacula
