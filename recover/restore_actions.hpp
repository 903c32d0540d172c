// The runner's part that restores: by the Director, or by bextract. Progress goes to the observer.
#pragma once

#include "recover/action.hpp"
#include "recover/event.hpp"
#include "recover/system/process.hpp"

namespace recover {

// Event "restored". Throws Failed; Refused when backup.bsr is not the one that was proven.
void restore_by_director(system::Processes& processes, const RestoreByDirector& action, Observer& observer);

// Event "extracted". Throws likewise; a full target is named as such.
void extract_volumes(system::Processes& processes, const ExtractVolumes& action, Observer& observer);

}  // namespace recover
