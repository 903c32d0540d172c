#include "recover/commands/prepare.hpp"

#include "recover/check.hpp"
#include "recover/error.hpp"
#include "recover/places.hpp"
#include "recover/probe.hpp"

namespace recover::commands {

void require(const char* check, const Prepared& prepared) {
  const auto answer = find_check(check)->ask(prepared.profile, prepared.facts);
  if (answer.verdict == Verdict::fails) throw Refused(answer.evidence, answer.remedy);
}

std::unique_ptr<Prepared> prepare(const Options& options) {
  auto prepared = std::make_unique<Prepared>();
  prepared->playbook = load_playbook(find_playbook(options.playbook));
  prepared->profile = load_profile(find_profile(options.profile));
  prepared->processes = system::real_processes();
  prepared->prober =
      real_prober(prepared->profile, options.state, /*kept=*/!options.dry_run, *prepared->processes);
  prepared->facts = prepared->prober->read({});
  require("root-user", *prepared);
  if (!prepared->facts.storage) require("storage-mounted", *prepared);
  prepared->layout = make_layout(prepared->profile, prepared->facts.storage->mount_point, options.state);
  if ((prepared->layout.state + "/").starts_with(prepared->layout.environment + "/"))
    throw UsageError("The journal cannot be kept in " + prepared->layout.state +
                         ": the run mounts its own filesystems over parts of the recovery environment",
                     "Give a place outside of it with --state");
  return prepared;
}

}  // namespace recover::commands
