// The job by which Bacula backs up a broken filesystem: its daemons, from their start to their end, and what
// is to be believed of what it has recorded.
#pragma once

#include <cstdint>
#include <map>
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

// What the job has recorded, and how much of it is to be believed.
struct Judged {
  KeptBackup kept;                             // as far as it is known
  std::vector<std::int64_t> out;               // FileIds that are not to be believed
  std::vector<std::int64_t> indexes;           // FileIndexes of those that have any
  std::vector<std::int64_t> seeming;           // of `out`: deletions that the tree itself does not show
  std::map<std::string, std::string> damaged;  // path to why
};
Judged judge(const SalvageJob& job, const salvage::ClientTree& tree, const std::string& scratch,
             const std::string& catalog);

// Takes what is not to be believed out of the copy of the catalog and of the bootstrap file. Without volumes
// when nothing is left to be kept.
KeptBackup settle(const Judged& judged, const std::string& scratch);

}  // namespace recover
