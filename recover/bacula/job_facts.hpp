// What the catalog tells of a backup job after its end, for whoever must believe it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "recover/bacula/console.hpp"
#include "recover/bacula/later_jobs.hpp"

namespace recover::bacula {

struct JobRecord {
  std::int64_t id = 0;
  std::string name, client, fileset;  // as the catalog has them
  std::string level;                  // its letter: F, D, I
  std::string status;                 // its letter: T is good
  std::string start, end;             // local time, YYYY-MM-DD HH:MM:SS
  std::int64_t ended = 0;             // seconds since 1970: JobTDate
  std::int64_t errors = 0, missing_files = 0, files = 0, bytes = 0;
  std::uint32_t session_id = 0, session_time = 0;  // VolSessionId, VolSessionTime
};

// In the order of `ids`. Throws Failed when the catalog does not know one. All in one question: each costs
// the Director a twentieth of a second.
std::vector<JobRecord> job_records(system::Processes& processes, const Console& console,
                                   const std::vector<std::int64_t>& ids);
JobRecord job_record(system::Processes& processes, const Console& console, std::int64_t id);

struct JobVolume {
  std::string name;
  std::int64_t job = 0;    // the first of the jobs asked for that was written to it
  std::int64_t bytes = 0;  // what the volume holds, by the catalog
};

// That the jobs were written to, each once.
std::vector<JobVolume> volumes_of(system::Processes& processes, const Console& console,
                                  const std::vector<std::int64_t>& jobs);

// JobIds of the jobs that a restore of what `id` has backed up needs, the Full first: the Director's own
// choice.
std::vector<std::int64_t> job_chain(system::Processes& processes, const Console& console, std::int64_t id);

// When the newest backup ended that the catalog knows, seconds since 1970; 0: it knows none.
std::int64_t newest_backup(system::Processes& processes, const Console& console);

// Of the backup job of that name, the newest good one that has files; nothing: the catalog knows none.
// `in_bootstrap`: the newest for which the Director has written the job's bootstrap file, which it does for
// none that ended with warnings or found no data to write (update_bootstrap_file, dird/backup.c).
std::optional<JobRecord> newest_good_backup(system::Processes& processes, const Console& console,
                                            const std::string& name, bool in_bootstrap = false);

// Not just another job of the same number.
bool knows_job(system::Processes& processes, const Console& console, const EndedJob& job);

// The highest JobId that the catalog has; 0: it knows no job.
std::int64_t last_job(system::Processes& processes, const Console& console);

struct CatalogVolume {
  std::string name, pool, status;
  std::int64_t bytes = 0;
};
std::vector<CatalogVolume> catalog_volumes(system::Processes& processes, const Console& console);

// Names of the files (no directories, nothing deleted) that the job has in one of these directories, which
// are absolute, in printable ASCII, without quotes.
std::vector<std::string> files_in(system::Processes& processes, const Console& console, std::int64_t job,
                                  const std::vector<std::string>& directories);

// How many entries the jobs have below that directory, but not below those `without`; themselves do not
// count: a mount point that a backup does not enter stands in it all the same.
std::int64_t count_below(system::Processes& processes, const Console& console,
                         const std::vector<std::int64_t>& jobs, const std::string& directory,
                         const std::vector<std::string>& without = {});

}  // namespace recover::bacula
