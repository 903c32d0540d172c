#include "recover/commands/prepare.hpp"

#include <algorithm>
#include <filesystem>
#include <optional>

#include "recover/check.hpp"
#include "recover/error.hpp"
#include "recover/journal.hpp"
#include "recover/journal_state.hpp"
#include "recover/places.hpp"
#include "recover/probe.hpp"
#include "recover/system/keyboard.hpp"
#include "recover/system/machine.hpp"
#include "recover/system/mount.hpp"

namespace recover::commands {

void require(const char* check, const Prepared& prepared) {
  const auto answer = find_check(check)->ask(prepared.profile, prepared.facts);
  if (answer.verdict == Verdict::fails) throw Refused(answer.evidence, answer.remedy);
}

namespace {

bool destroys(const Playbook& playbook) {
  return std::any_of(playbook.steps.begin(), playbook.steps.end(),
                     [](const auto& step) { return find_kind(step.uses)->destroys; });
}

// All its steps then see the new one, until it is swapped in.
bool makes_environment(const Playbook& playbook) {
  return std::any_of(playbook.steps.begin(), playbook.steps.end(),
                     [](const auto& step) { return step.uses == "swap-environment"; });
}

// Of the actions that make a place for the journal.
class Opening : public Observer {
 public:
  explicit Opening(const std::string& copy) try {
    std::filesystem::remove_all(copy);
    journal_ = Journal::create(copy);
  } catch (const std::exception&) {
    // Without a place in memory the events are kept all the same, if the storage volume can be opened.
  }
  void observe(const Event& event) override {
    events.push_back(event);
    if (journal_) journal_->write(event);
  }

  std::vector<Event> events;

 private:
  std::optional<Journal> journal_;
};

// The first actions of a run: without the storage volume there is neither a journal to write nor a place to
// plan with. They are the playbook's own, and are done again, to no effect, when its step has its turn.
void open_storage(Prepared& prepared) {
  const Layout nowhere;
  const std::vector<Target> none;
  const std::optional<Target> no_device;
  const auto keyboard = system::terminal_keyboard(/*wanted=*/false);
  const auto runner = real_runner(*prepared.processes, *keyboard);
  Opening opening(Layout::journal_copy(prepared.profile.storage.uuid) + "/opening");
  for (const auto& step : prepared.playbook.steps) {
    if (step.uses != "open-storage") continue;
    const auto parameters = substituted(step, prepared.profile);
    for (const auto& action : find_kind(step.uses)->plan(
             {prepared.profile, nowhere, none, no_device, no_device, parameters, {}, "", {}})) {
      opening.observe(Event("action-begun").with("step", step.name).with("typed", as_typed(action)));
      runner->perform(action, opening);
      opening.observe(Event("action-done").with("step", step.name));
    }
  }
  prepared.opened = std::move(opening.events);
  prepared.facts = prepared.prober->read({});
}

}  // namespace

std::unique_ptr<Prepared> prepare(const Options& options) {
  auto prepared = std::make_unique<Prepared>();
  prepared->playbook = load_playbook(find_playbook(options.playbook));
  prepared->profile = load_profile(find_profile(options.profile));
  prepared->profile.without_efi_variables = options.without_efi_variables;
  prepared->profile.makes_environment = makes_environment(prepared->playbook);
  prepared->processes = system::real_processes();
  prepared->prober =
      real_prober(prepared->profile, options.state, /*kept=*/!options.dry_run, *prepared->processes);
  prepared->facts = prepared->prober->read({});
  require("root-user", *prepared);
  const auto program = system::own_program();  // before the run has mounts of its own: see there
  if (!options.dry_run) {
    system::enter_private_mount_namespace();
    open_storage(*prepared);
  }
  if (!prepared->facts.storage) require("storage-mounted", *prepared);
  prepared->layout = make_layout(prepared->profile, prepared->facts.storage->mount_point, options.state);
  prepared->layout.program = program;
  prepared->layout.playbooks = list_playbooks();
  prepared->layout.libraries = list_libraries();
  // A recovery's journal, and what it lists as degraded, must not make way for a run that restores nothing.
  // Nor may it when --state says where the recovery's is: what tends the machine has read it there.
  const auto& playbook = prepared->playbook;
  if ((options.state.empty() && !destroys(playbook)) || !playbook.recovery)
    prepared->layout.state += "/" + playbook.name;
  if ((prepared->layout.state + "/").starts_with(prepared->layout.environment + "/"))
    throw UsageError("The journal cannot be kept in " + prepared->layout.state +
                         ": the run mounts its own filesystems over parts of the recovery environment",
                     "Give a place outside of it with --state");
  return prepared;
}

std::set<HalfMade> half_made_on_record(const Options& options, const Prepared& prepared) {
  const auto path = journal_path(prepared.layout.state);
  std::set<HalfMade> half_made;
  try {
    half_made = state_of(read_journal(path).events).half_made;
  } catch (const UsageError&) {
    return {};
  }
  const auto found = devices_with(half_made, prepared.facts);
  if (options.restart && !found.empty()) {
    const auto& device = found.front();
    throw Refused(
        "The run on record here began to make the " + device.fs_type + " " + device.fs_uuid + " on " +
            device.path + ", and was not seen to end: it may look whole and not be",
        "Go on with that run, which makes it again: --resume. To begin anew all the same, empty it: "
        "wipefs --all " +
            device.path + "; or, when it was made whole by other means, put that run aside: mv " + path +
            " " + path + ".old");
  }
  return half_made;
}

}  // namespace recover::commands
