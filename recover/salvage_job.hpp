// The job by which Bacula backs up a broken filesystem: its daemons, from their start to their end, and what
// is to be believed of what it has recorded.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "recover/event.hpp"
#include "recover/kept_backup.hpp"
#include "recover/salvage_action.hpp"

namespace recover::system {
class Processes;
}

namespace recover::salvage {
class ClientTree;
}

namespace recover {

struct SalvageJob {
  std::int64_t id = 0;
  std::int64_t errors = 0, files = 0, bytes = 0;
};

// Runs it to its end: its files in `scratch`, the copy of the catalog at "director/NAME" there. `inside`:
// where the environment sees that directory. Throws Failed when it did not end well, or would have been a
// Full.
SalvageJob run_salvage_job(system::Processes& processes, const BackUpBroken& action,
                           const salvage::ClientTree& tree, const std::string& scratch, Observer& observer);

// Takes out of the copy of the catalog what could not be read, or is not as it says: a file without all of
// its data, and every deletion that the tree itself does not show. Returns what is left, to be kept; without
// volumes when that is nothing.
KeptBackup settle(const SalvageJob& job, const salvage::ClientTree& tree, const std::string& scratch,
                  const std::string& catalog);

}  // namespace recover
