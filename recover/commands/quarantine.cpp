// recover quarantine: what an open recovery keeps from new backups; with --hold and --lift, does and undoes
// it.
#include "recover/quarantine.hpp"

#include <algorithm>

#include "recover/bacula/director.hpp"
#include "recover/commands/commands.hpp"
#include "recover/commands/on_machine.hpp"

namespace recover::commands {
namespace {

bool was_lifted(const std::vector<Recovery>& recoveries) {
  return any_open(recoveries) && std::any_of(recoveries.begin(), recoveries.end(),
                                             [](const auto& recovery) { return recovery.state.lifted; });
}

// What cannot be believed is as good as open: its schedule at least is held, until the Director's next start.
std::vector<Recovery> recoveries_of(const OnMachine& machine, const Options& options) try {
  return find_recoveries(machine.storage(), machine.own, machine.root_uuid());
} catch (const UsageError& error) {
  const auto& client = machine.profile.bacula.client;
  Error told(Exit::not_finished, error.problem(), other_journal_remedy(machine.own));
  if (options.hold || options.keep) try {
      bacula::await_daemons(*machine.processes, machine.console, machine.profile.bacula.storage, client,
                            machine.profile.verify.patience);
      bacula::hold_jobs(*machine.processes, machine.console,
                        enabled_jobs(*machine.processes, machine.console, client));
    } catch (const Failed& failure) {
      told.add_aftermath("the schedule could not be held either: " + failure.problem());
    }
  throw told;
}

// Returns whether all that should be held is.
bool show(const OnMachine& machine, const std::vector<Recovery>& recoveries, Reporter& reporter) {
  const auto names = volumes_to_hold(machine.own, recoveries);
  const auto& client = machine.profile.bacula.client;
  std::vector<std::string> jobs;
  for (const auto& job : bacula::backup_jobs(*machine.processes, machine.console, client))
    jobs.push_back(job.name);
  const auto scheduled = bacula::scheduled_jobs(*machine.processes, machine.console, jobs);
  bool held = true;
  for (const auto& volume : bacula::volume_status(*machine.processes, machine.console, names)) {
    const bool safe = bacula::is_held(volume);
    held = held && safe;
    reporter.observe_silently(
        Event("volume").with("name", volume.name).with("status", volume.status).with("held", safe));
    reporter.say("   volume " + volume.name + ": " +
                 (volume.status.empty() ? "not in the catalog" : volume.status) + (safe ? "" : ", NOT HELD"));
  }
  for (const auto& job : jobs) {
    const bool runs = std::find(scheduled.begin(), scheduled.end(), job) != scheduled.end();
    reporter.observe_silently(Event("job").with("name", job).with("scheduled", runs));
    reporter.say("   job " + job + (runs ? ": runs by its schedule" : ": is in no schedule now"));
  }
  if (names.empty() && any_open(recoveries)) {
    reporter.say(
        "A recovery is open, and backup.toml, which names the volumes that it came from, is gone from " +
        machine.own + " and from recover-state on the storage volume: NOT HELD.");
    return false;
  }
  if (names.empty()) {
    reporter.say("No recovery is open: nothing has to be held.");
    return true;
  }
  // Once a backup has verified the jobs run again; volumes are held for what is still to be repaired.
  const bool jobs_may_run = std::none_of(recoveries.begin(), recoveries.end(), is_unverified);
  return held && (jobs_may_run || scheduled.empty());
}

}  // namespace

Exit quarantine(const Options& options, Reporter& reporter) {
  const auto machine = look_at_machine(options);
  const auto& bacula = machine->profile.bacula;
  const auto recoveries = recoveries_of(*machine, options);
  if (options.keep && was_lifted(recoveries)) {
    reporter.say("The quarantine was lifted by hand. To have it again: recover quarantine --hold");
    return Exit::finished;
  }
  bacula::await_daemons(*machine->processes, machine->console, bacula.storage, bacula.client,
                        machine->profile.verify.patience);
  if (options.hold || options.keep) {
    if (was_lifted(recoveries)) record_lifted(recoveries, false);
    hold(*machine->processes, machine->console, bacula.client, machine->own, recoveries);
  }
  if (options.lift) {
    for (const auto& problem :
         lift(*machine->processes, machine->console, bacula.client, recoveries, /*whatever_is_lost=*/true))
      reporter.say("   " + problem + ".");
    record_lifted(recoveries, true);
    reporter.say(
        "Lifted. From here on a backup may overwrite what the recovery came from. The recovery is as open as "
        "before: recover verify-backup");
    return Exit::finished;
  }
  return show(*machine, find_recoveries(machine->storage(), machine->own, machine->root_uuid()), reporter)
             ? Exit::finished
             : Exit::not_finished;
}

}  // namespace recover::commands
