// The runner's part that looks at the volumes before anything is destroyed: the fallback's choice, and the
// proof that what was chosen can be restored.
#pragma once

#include <string>

#include "recover/action.hpp"
#include "recover/event.hpp"
#include "recover/system/process.hpp"

namespace recover {

// Files that damaged blocks touch are told as events "backup-damaged", with "files": "NAME: WHAT".
void adopt_bootstrap(const AdoptBootstrap& action, Observer& observer);

// Event "backup-proven" or "backup-not-proven", with the numbers. Throws Refused for the latter.
void prove_backup(system::Processes& processes, const ProveBackup& action, Observer& observer);

}  // namespace recover
