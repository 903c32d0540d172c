// The gate: the only code that can say "finished". A recovery is finished when a Bacula backup job has run on
// the rebooted machine and verified; nothing in a rescue system can show that, so a run ends here with "not
// finished", and only verify-backup, on the machine, closes it.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "recover/error.hpp"
#include "recover/journal_state.hpp"
#include "recover/recoveries.hpp"

namespace recover {

struct GateVerdict {
  Exit exit;
  std::string text;  // in plain words, for the screen: what is so, and what to do next
};

GateVerdict gate(const JournalState& state);

// That job was proven in this boot of the machine: puts it on record in every recovery that it finishes, and
// reads it back. Those that did not come to their end stay open. Throws Error.
void close_gate(const std::vector<Recovery>& recoveries, std::int64_t job, const std::string& boot_id);

}  // namespace recover
