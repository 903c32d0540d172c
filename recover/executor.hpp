// One loop: guard, write "begun" to the journal, act, re-probe, prove, write "done". It consumes the plan as
// it is; what acts is the runner that is handed in.
#pragma once

#include <functional>

#include "recover/event.hpp"
#include "recover/journal.hpp"
#include "recover/journal_state.hpp"
#include "recover/plan.hpp"
#include "recover/profile.hpp"
#include "recover/runner.hpp"

namespace recover {

// Asked once, right before the first step that destroys. Throws Refused unless the operator has named every
// disk.
using Confirm = std::function<void(const Plan& plan, const Facts& facts)>;

struct Execution {
  const Plan& plan;
  const Profile& profile;
  Runner& runner;
  Prober& prober;
  Journal& journal;
  Observer& screen;
  Confirm confirm;
  JournalState before;  // of the journal that is resumed; empty for a new run
};

// Returns when every step is done; the machine is then restored, not finished. Otherwise throws: Refused
// while nothing was destroyed yet, Failed afterwards, Interrupted. Everything that was held has been given
// back in every case.
void execute(Execution execution);

}  // namespace recover
