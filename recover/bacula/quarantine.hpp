// Keeps Bacula's hands off what a recovery came from, until a new backup is proven: the volumes read-only in
// the catalog, the client's backup jobs out of the schedule. A job that is run by hand, as verify-backup
// does, still runs, and writes to other volumes.
//
//     const auto before = volume_status(processes, console, backup.volumes);
//     hold_volumes(processes, console, backup.volumes);
//     release_volumes(processes, console, before);
#pragma once

#include <string>
#include <vector>

#include "recover/bacula/console.hpp"

namespace recover::bacula {

struct HeldVolume {
  std::string name;
  std::string status;  // VolStatus: of the catalog before it was held
  bool operator==(const HeldVolume&) const = default;
};

// Whether no job writes to it, prunes or recycles it.
bool is_held(const HeldVolume& volume);

// The lines that are said, as data.
std::string volume_status_line(const HeldVolume& volume);  // update volume=... volstatus=...
std::string hold_job_line(const std::string& job);
std::string release_job_line(const std::string& job);

// Those of `names` with the status that they have now; an empty one: the catalog does not know the volume.
std::vector<HeldVolume> volume_status(system::Processes& processes, const Console& console,
                                      const std::vector<std::string>& names);

// Sets each to Read-Only: it is neither written, nor recycled, nor pruned. Reads it back. Throws Failed when
// one cannot be held, after all others are.
void hold_volumes(system::Processes& processes, const Console& console,
                  const std::vector<std::string>& names);
struct Released {
  std::vector<std::string> volumes;   // nothing more can be given back to these
  std::vector<std::string> problems;  // sentences
};
// Gives each the status that it had; those whose status somebody has changed meanwhile are left alone. What
// was Purged or Busy becomes Used: no command of bconsole gives those.
Released release_volumes(system::Processes& processes, const Console& console,
                         const std::vector<HeldVolume>& before);

struct JobResource {
  std::string name;
  bool enabled = true;  // now: by its configuration, or by what was said in bconsole since
  bool operator==(const JobResource&) const = default;
};

// The Director's jobs of type Backup for that client.
std::vector<JobResource> backup_jobs(system::Processes& processes, const Console& console,
                                     const std::string& client);

// No longer runs by itself. Holds until the Director ends, or release_jobs(): it must be said again after
// each of its starts. Throws Failed when the schedule still has one of them afterwards.
void hold_jobs(system::Processes& processes, const Console& console, const std::vector<std::string>& jobs);
void release_jobs(system::Processes& processes, const Console& console, const std::vector<std::string>& jobs);

// Those of `jobs` that the Director will run by itself within fifty days.
std::vector<std::string> scheduled_jobs(system::Processes& processes, const Console& console,
                                        const std::vector<std::string>& jobs);

}  // namespace recover::bacula
