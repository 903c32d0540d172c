#include "recover/commands/prepare.hpp"

#include <algorithm>

#include "recover/check.hpp"
#include "recover/error.hpp"
#include "recover/places.hpp"
#include "recover/probe.hpp"
#include "recover/system/mount.hpp"

namespace recover::commands {

void require(const char* check, const Prepared& prepared) {
  const auto answer = find_check(check)->ask(prepared.profile, prepared.facts);
  if (answer.verdict == Verdict::fails) throw Refused(answer.evidence, answer.remedy);
}

namespace {

struct Unheard : Observer {
  void observe(const Event&) override {}
};

bool destroys(const Playbook& playbook) {
  return std::any_of(playbook.steps.begin(), playbook.steps.end(),
                     [](const auto& step) { return find_kind(step.uses)->destroys; });
}

// The first actions of a run: without the storage volume there is neither a journal to write nor a place to
// plan with. They are the playbook's own, and are done again, to no effect, when its step has its turn.
void open_storage(Prepared& prepared) {
  const Layout nowhere;
  const std::vector<Target> none;
  const std::optional<Target> no_device;
  const auto runner = real_runner(*prepared.processes);
  Unheard unheard;
  for (const auto& step : prepared.playbook.steps) {
    if (step.uses != "open-storage") continue;
    const auto parameters = substituted(step, prepared.profile);
    for (const auto& action : find_kind(step.uses)->plan(
             {prepared.profile, nowhere, none, no_device, no_device, parameters, {}, ""}))
      runner->perform(action, unheard);
  }
  prepared.facts = prepared.prober->read({});
}

}  // namespace

std::unique_ptr<Prepared> prepare(const Options& options) {
  auto prepared = std::make_unique<Prepared>();
  prepared->playbook = load_playbook(find_playbook(options.playbook));
  prepared->profile = load_profile(find_profile(options.profile));
  prepared->profile.without_efi_variables = options.without_efi_variables;
  prepared->processes = system::real_processes();
  prepared->prober =
      real_prober(prepared->profile, options.state, /*kept=*/!options.dry_run, *prepared->processes);
  prepared->facts = prepared->prober->read({});
  require("root-user", *prepared);
  if (!options.dry_run) {
    system::enter_private_mount_namespace();
    open_storage(*prepared);
  }
  if (!prepared->facts.storage) require("storage-mounted", *prepared);
  prepared->layout = make_layout(prepared->profile, prepared->facts.storage->mount_point, options.state);
  // A recovery's journal, and what it lists as degraded, must not make way for a run that restores nothing.
  if (options.state.empty() && !destroys(prepared->playbook))
    prepared->layout.state += "/" + prepared->playbook.name;
  if ((prepared->layout.state + "/").starts_with(prepared->layout.environment + "/"))
    throw UsageError("The journal cannot be kept in " + prepared->layout.state +
                         ": the run mounts its own filesystems over parts of the recovery environment",
                     "Give a place outside of it with --state");
  return prepared;
}

}  // namespace recover::commands
