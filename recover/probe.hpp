// Reads the facts. Asks only; writes nothing.
#pragma once

#include <memory>
#include <string>

#include "recover/profile.hpp"
#include "recover/runner.hpp"
#include "recover/system/process.hpp"

namespace recover {

// `state`: as given by --state, or empty. `kept`: look at the backup that a run has chosen; without a run
// there is none, whatever an earlier one left behind. Both references must outlive the prober.
std::unique_ptr<Prober> real_prober(const Profile& profile, std::string state, bool kept,
                                    system::Processes& processes);

}  // namespace recover
