// How the real runner repairs what the fallback left degraded (action.hpp: RestoreLost, MendFiles).
#pragma once

#include "recover/action.hpp"
#include "recover/event.hpp"

namespace recover::system {
class Processes;
}

namespace recover {

// Throws Failed unless all comes back that no damaged block touches. Tells "nothing-degraded"; or
// "still-damaged", with "files" in words, and "restored".
void restore_lost(system::Processes& processes, const RestoreLost& action, Observer& observer);

// Tells "repaired" and "not-repaired", each with "lost", "paths" and, for people, "files"; "repaired" goes
// into every journal of the recovery as well. What fails for one file is told, and the others are mended.
void mend_files(system::Processes& processes, const MendFiles& action, Observer& observer);

}  // namespace recover
