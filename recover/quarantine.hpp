// The quarantine of an open recovery, on the rebooted machine: the volumes that it came from are read-only in
// the catalog, and no backup of this client runs by itself. docs/handbook.md says how it looks and ends.
#pragma once

#include <string>
#include <vector>

#include "recover/bacula/console.hpp"
#include "recover/bacula/quarantine.hpp"
#include "recover/recoveries.hpp"

namespace recover {

// Whether one of them is neither verified nor without losses that could be repaired from its volumes.
bool any_open(const std::vector<Recovery>& recoveries);

// The client's backup jobs that would run by themselves: these are held. One that was disabled before stays
// so when the quarantine is lifted.
std::vector<std::string> enabled_jobs(system::Processes& processes, const bacula::Console& console,
                                      const std::string& client);

// The volumes that must be held: those that the recoveries on record have used, unless they are released.
std::vector<std::string> volumes_to_hold(const std::string& own, const std::vector<Recovery>& recoveries);

// Holds them, and the client's jobs, and puts on record what they were before. Throws Error.
void hold(system::Processes& processes, const bacula::Console& console, const std::string& client,
          const std::string& own, const std::vector<Recovery>& recoveries);

// Releases the jobs that were held; the volumes too, unless files are still lost that could be repaired from
// them. Returns what could not be given back, and jobs that are disabled without being on record, a sentence
// each. Throws Error.
std::vector<std::string> lift(system::Processes& processes, const bacula::Console& console,
                              const std::string& client, const std::vector<Recovery>& recoveries,
                              bool whatever_is_lost = false);

// That the operator has lifted it, or holds it again: what is done at each start of the Director asks.
void record_lifted(const std::vector<Recovery>& recoveries, bool lifted);

}  // namespace recover
