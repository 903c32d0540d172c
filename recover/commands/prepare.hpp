// What a run and a dry run have in common: profile and playbook read, the world looked at, the plan made.
#pragma once

#include <memory>

#include "recover/options.hpp"
#include "recover/plan.hpp"
#include "recover/profile.hpp"
#include "recover/runner.hpp"
#include "recover/system/process.hpp"

namespace recover::commands {

struct Prepared {
  Profile profile;
  Playbook playbook;
  std::unique_ptr<system::Processes> processes;
  std::unique_ptr<Prober> prober;
  Facts facts;
  Layout layout;
};

// Throws Refused when the check does not hold now.
void require(const char* check, const Prepared& prepared);

// Throws UsageError for bad files, Refused when not root or the storage volume is not mounted: without it
// there are no paths to plan with. For a run it enters a private mount namespace, and opens the storage
// volume itself where the playbook has a step for it; for a dry run it only looks.
std::unique_ptr<Prepared> prepare(const Options& options);

}  // namespace recover::commands
