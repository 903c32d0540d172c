// The gate: the only code that can say "finished". A recovery is finished when a Bacula backup job has run on
// the rebooted machine and verified; nothing in a rescue system can show that, so a run ends here with "not
// finished".
#pragma once

#include <string>

#include "recover/error.hpp"
#include "recover/journal_state.hpp"

namespace recover {

struct GateVerdict {
  Exit exit;
  std::string text;  // in plain words, for the screen: what is so, and what to do next
};

GateVerdict gate(const JournalState& state);

}  // namespace recover
