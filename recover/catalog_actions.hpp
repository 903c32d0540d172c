// How the real runner gives the recovery environment's Director a catalog that knows the newest backup
// (action.hpp: ProvideCatalog).
#pragma once

#include <string>

#include "recover/action.hpp"
#include "recover/event.hpp"

namespace recover::system {
class Processes;
}

namespace recover {

// Tells "catalog-chosen", with the way ("environment", "dump", "dump-on-volumes", "bscan"), the newest backup
// that it knows, what stood against the ways before, what it costs, and where the former one is kept; or
// "catalog-not-current", with why, and the jobs that the Director will not know. Throws Interrupted alone,
// and Failed when the former one could not be kept.
void provide_catalog(system::Processes& processes, const ProvideCatalog& action, Observer& observer);

// `made`, which is whole and in another directory of the same filesystem, in the place of `file`, with its
// owner and mode. The former is kept beside as FILE.before-recovery, or with a number behind it; at every
// moment one of the two is FILE, and whole. Returns the name of what is kept; empty: there was none. Throws
// Failed.
std::string put_catalog(const std::string& made, const std::string& file);

}  // namespace recover
