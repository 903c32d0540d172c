// How the real runner does the actions on a catalog that a server has (action.hpp: StartCatalog, DumpCatalog,
// LoadCatalog, HandOverCatalog).
#pragma once

#include <memory>

#include "recover/action.hpp"
#include "recover/event.hpp"

namespace recover::system {
class Child;
class Processes;
}  // namespace recover::system

namespace recover {

// It answers. Nothing where the environment was made by hand, and its Director has the catalog elsewhere.
// Throws Failed.
std::unique_ptr<system::Child> start_catalog(system::Processes& processes, const StartCatalog& action);

// Refused when there is not the room that loading a dump of so many bytes takes, at most.
void require_room_for_dump(const std::string& environment, std::int64_t dump);

// Tells "catalog-copied" with "from" and "bytes", and "progress". Throws Failed when nobody may dump it.
void dump_catalog(system::Processes& processes, const DumpCatalog& action, Observer& observer);

// Tells "catalog-loaded" with "server", "bytes" and "backups", and "progress". Throws Failed, or Refused when
// there is no room; the data that was there is as it was then.
void load_catalog(system::Processes& processes, const LoadCatalog& action, Observer& observer);

// Tells "catalog-left" with "to" and "commands", or "catalog-not-handed-over" with "why".
void hand_over_dump(system::Processes& processes, const HandOverCatalog& action, Observer& observer);

}  // namespace recover
