// recover verify-backup: proves that this machine's backups work, and with that alone closes the gate of a
// recovery.
#include "recover/verify/verify.hpp"

#include <filesystem>

#include "recover/commands/commands.hpp"
#include "recover/commands/on_machine.hpp"
#include "recover/gate.hpp"
#include "recover/layout.hpp"
#include "recover/mount_points.hpp"
#include "recover/quarantine.hpp"
#include "recover/reminder.hpp"
#include "recover/report/write.hpp"
#include "recover/system/files.hpp"
#include "recover/system/lock.hpp"
#include "recover/system/signals.hpp"

namespace recover::commands {
namespace {

// A journal that cannot be believed keeps the gate from closing; the backup can be proven all the same.
std::vector<Recovery> recoveries(const OnMachine& machine, verify::Findings& findings) try {
  auto found = find_recoveries(machine.storage(), machine.own, machine.root_uuid());
  if (found.empty() && reminder_is_there("/"))
    findings.fails(
        "journal", "This machine was restored, and the journal of that in " + machine.own + " is gone",
        "Copy it there from recover-state on the storage volume; when it is gone there as well, "
        "nothing can tell whether the recovery was complete: recover the machine again, or see for "
        "yourself that it is, and delete what reminds of it: " +
            machine.own + ", /etc/issue.d/recover.issue, /etc/profile.d/recover.sh");
  return found;
} catch (const UsageError& error) {
  findings.fails("journal", error.problem(), other_journal_remedy(machine.own));
  return {};
}

// "--resume" is for runs.
std::optional<bacula::JobRecord> interruptible(const verify::Context& context) try {
  return verify::verify_backup(context);
} catch (const Interrupted& error) {
  Error told(error.exit(), error.problem(),
             "What it had started is cancelled; run recover verify-backup again");
  for (const auto& line : error.aftermath()) told.add_aftermath(line);
  throw told;
}

verify::Record record_of(const OnMachine& machine, Reporter& reporter) {
  try {
    return verify::read_record(machine.own);
  } catch (const UsageError& error) {
    // It only saves work: without it every job is verified again.
    reporter.say("   " + error.problem() + ", so every job is verified again.");
    std::filesystem::rename(machine.own + "/verify/journal", machine.own + "/verify/journal.damaged");
    return {};
  }
}

// The quarantine first: should it not come off, the recovery stays open and says so.
void finish(const OnMachine& machine, const std::vector<Recovery>& known, std::int64_t job,
            Reporter& reporter) {
  auto& processes = *machine.processes;
  // As they are now: the backup may have taken hours.
  auto open = find_recoveries(machine.storage(), machine.own, machine.root_uuid());
  // What was repaired meanwhile may be in this backup as it was before.
  for (auto& recovery : open)
    for (const auto& before : known)
      if (before.directory == recovery.directory && !before.state.degraded.empty())
        recovery.state.degraded = before.state.degraded;
  for (const auto& problem : lift(processes, machine.console, machine.profile.bacula.client, open))
    reporter.say("   " + problem + ".");
  close_gate(open, job, machine.facts.boot_id);
  for (const auto& recovery : open)
    if (const auto problem = report::leave(recovery.directory); !problem.empty())
      reporter.say("   NOTE: " + problem + ".");
  for (const auto& problem : remove_reminder("/")) reporter.say("   " + problem);
  if (system::exists("/run/systemd/system")) processes.run({.argv = {"systemctl", "daemon-reload"}});
}

// A rescue system can ask nobody else what was shown of this backup. That it cannot be told is no reason not
// to believe the proof.
void leave_result(const OnMachine& machine, const verify::Findings& findings, std::int64_t job,
                  Reporter& reporter) {
  if (!machine.facts.storage || !machine.facts.storage->writable) return;
  try {
    verify::leave_result(machine.storage() + Layout::state_on_storage,
                         {machine.root_uuid(), job != 0, job, findings.problems()});
  } catch (const Failed& error) {
    reporter.say("   NOTE: " + error.problem() + ".");
  }
}

}  // namespace

Exit verify_backup(const Options& options, Reporter& reporter) {
  system::install_signal_handlers();
  const auto machine = look_at_machine(options);
  system::make_directories(machine->own, 0700);
  const system::Lock lock(machine->own + "/verify.lock");
  verify::Findings findings(reporter);
  const auto known = recoveries(*machine, findings);
  const verify::Context context{machine->profile,
                                machine->facts,
                                *machine->processes,
                                findings,
                                reporter,
                                machine->console,
                                machine->own,
                                known,
                                /*lost_journal=*/!findings.all_hold(),
                                verify::with_fstab(verify::places_of(machine->profile), read_fstab("")),
                                record_of(*machine, reporter)};
  reporter.say("Proving that " + machine->profile.name + " is backed up, and can be restored.");
  const auto job = interruptible(context);
  leave_result(*machine, findings, job ? job->id : 0, reporter);
  if (job) finish(*machine, known, job->id, reporter);
  std::string text;
  if (job) {
    text = "\nVERIFIED: job " + std::to_string(job->id) + " backs up this machine, and can be restored.\n";
  } else {
    text = "\nNOT VERIFIED. What is missing:\n";
    for (const auto& problem : findings.problems()) text += "   " + problem + "\n";
    text += "Mend it, then run recover verify-backup again.\n";
  }
  reporter.observe(Event("verdict").with("finished", job.has_value()).with("text", text));
  reporter.say(text);
  return job ? Exit::finished : Exit::not_finished;
}

}  // namespace recover::commands
