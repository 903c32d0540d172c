// recover diagnose: what is left of the filesystem, and what should be done. Reads only; the one thing that
// it writes is its archive on the storage volume, and without that volume it does without.
#include <algorithm>
#include <optional>

#include "recover/commands/commands.hpp"
#include "recover/layout.hpp"
#include "recover/places.hpp"
#include "recover/probe.hpp"
#include "recover/runner.hpp"
#include "recover/step.hpp"
#include "recover/system/keyboard.hpp"
#include "recover/system/lock.hpp"
#include "recover/system/machine.hpp"
#include "recover/system/mount.hpp"
#include "recover/system/signals.hpp"
#include "recover/targets.hpp"

namespace recover::commands {
namespace {

// The actions of a kind of step, as a playbook would have them.
std::vector<Action> planned(const char* kind, const Profile& profile, const Facts& facts,
                            const Layout& layout, const Parameters& parameters) {
  const auto targets = find_targets(profile, facts);
  return find_kind(kind)->plan({profile,
                                layout,
                                targets,
                                find_esp(profile, facts),
                                find_boot(profile, facts),
                                parameters,
                                {},
                                "",
                                {}});
}

// Why it could not be opened; empty: it is.
std::string open_storage(const Profile& profile, const Facts& facts, Runner& runner, Reporter& reporter) try {
  for (const auto& action : planned("open-storage", profile, facts, {}, {})) runner.perform(action, reporter);
  return "";
} catch (const Interrupted&) {
  throw;
} catch (const Error& error) {
  return error.problem();
}

bool is_writable(const std::optional<StorageFacts>& storage) {
  return storage && storage->writable;
}

}  // namespace

Exit diagnose(const Options& options, Reporter& reporter) {
  system::install_signal_handlers();
  if (!system::running_as_root())
    throw Refused("diagnose reads devices and mounts what it can, and you are not root",
                  "Start it as root: sudo recover diagnose");
  const auto profile = load_profile(find_profile(options.profile));
  const auto processes = system::real_processes();
  const auto keyboard = system::terminal_keyboard(/*wanted=*/false);
  system::enter_private_mount_namespace();
  const auto prober = real_prober(profile, "", /*kept=*/false, *processes);
  auto facts = prober->read({});
  const auto runner = real_runner(*processes, *keyboard);
  const auto unopened = open_storage(profile, facts, *runner, reporter);
  if (unopened.empty()) facts = prober->read({});
  if (!facts.storage)
    reporter.say("NOTE: no storage volume, so no backup is seen and nothing is archived" +
                 (unopened.empty() ? "" : ": " + unopened) + ".");
  const auto layout = facts.storage ? make_layout(profile, facts.storage->mount_point, "") : Layout{};
  std::optional<system::Lock> lock;
  if (is_writable(facts.storage)) lock.emplace(layout.lock);

  Parameters parameters;
  if (options.check_filesystem) parameters["check-filesystem"] = {"true"};
  for (auto action : planned("diagnose", profile, facts, layout, parameters)) {
    auto& diagnose = std::get<Diagnose>(action);
    if (facts.storage && !is_writable(facts.storage)) diagnose.keep.clear();
    runner->perform(action, reporter);
  }
  return Exit::finished;
}

}  // namespace recover::commands
