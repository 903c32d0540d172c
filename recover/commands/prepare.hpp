// What a run and a dry run have in common: profile and playbook read, the world looked at, the plan made.
#pragma once

#include <memory>
#include <vector>

#include "recover/event.hpp"
#include "recover/half_made.hpp"
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
  // What was done before there was a place for the journal. It is kept in memory meanwhile.
  std::vector<Event> opened;
};

// Throws Refused when the check does not hold now.
void require(const char* check, const Prepared& prepared);

// Throws UsageError for bad files, Refused when not root or the storage volume is not mounted: without it
// there are no paths to plan with. For a run it enters a private mount namespace, and opens the storage
// volume itself where the playbook has a step for it; for a dry run it only looks.
std::unique_ptr<Prepared> prepare(const Options& options);

// As the journal on record says; nothing when it cannot be read, which whoever goes on with it is told. A new
// journal would not say it any more: with --restart Refused while any of it is found.
std::set<HalfMade> half_made_on_record(const Options& options, const Prepared& prepared);

}  // namespace recover::commands
