// How the real runner gives the recovery environment's Director a catalog that knows the newest backup
// (action.hpp: ProvideCatalog).
#pragma once

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

}  // namespace recover
