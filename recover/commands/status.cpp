// recover status: how far the recovery is that is on record here, and what verify-backup and freshen said
// last.
#include <algorithm>

#include "recover/commands/commands.hpp"
#include "recover/freshen/record.hpp"
#include "recover/gate.hpp"
#include "recover/journal.hpp"
#include "recover/layout.hpp"
#include "recover/places.hpp"
#include "recover/reminder.hpp"
#include "recover/system/files.hpp"
#include "recover/system/machine.hpp"
#include "recover/verify/record.hpp"

namespace recover::commands {
namespace {

std::string word(Progress progress) {
  switch (progress) {
    case Progress::done:
      return "done";
    case Progress::failed:
      return "failed";
    case Progress::begun:
      return "begun, not done";
    case Progress::none:
      break;
  }
  return "-";
}

void show_steps(const JournalState& state, Event& event, Reporter& reporter) {
  for (const auto& step : state.order) {
    auto said = word(state.of(step));
    if (const auto fallback = state.fallbacks.find(step);
        fallback != state.fallbacks.end() && state.of(fallback->second) != Progress::none)
      said += "; instead of it " + fallback->second + ": " + word(state.of(fallback->second));
    reporter.say("   " + step + ": " + said);
    event.with("step " + step, said);
  }
}

// Of this machine; a rescue system has none.
void show_verification(Event& event, Reporter& reporter) {
  verify::Record record;
  try {
    record = verify::read_record(Layout::handed_over);
  } catch (const UsageError& error) {
    // The gate does not ask it.
    return reporter.say(error.problem() +
                        ". It is what verify-backup said last; the next one begins a new one.");
  }
  if (record.last == 0) return;
  event.with("verify-backup", record.time).with("verify-backup-passed", record.passed);
  reporter.say("The last verify-backup, " + record.time + ": " +
               (record.passed ? "job " + std::to_string(record.job) + " was proven" : "NOT VERIFIED"));
  for (const auto& problem : record.problems) reporter.say("   " + problem);
}

// On the machine itself; a rescue system is told what the machine has left on the storage volume, and that
// changes nothing. Returns why somebody must see to it; empty: all is well, or `recover freshen` is not in
// use.
std::string show_freshen(const std::string& storage, Event& event, Reporter& reporter) {
  auto record = freshen::read_record(Layout::handed_over);
  const bool own = record.has_value();
  if (!own) record = freshen::read_record(storage + Layout::state_on_storage);
  if (!record) {
    if (system::exists("/etc/recover/machine.toml"))
      reporter.say("recover freshen has not run here: what lies on the storage volume is as you left it.");
    return "";
  }
  event.with("freshen", record->time).with("freshen-missing", record->missing);
  reporter.say("The last freshen, " + record->time + (own ? ": " : ", as the machine has left it: ") +
               (record->missing.empty() ? "all was current" : "NOT CURRENT"));
  for (const auto& missing : record->missing) reporter.say("   " + missing);
  const auto complaint = freshen::complaint(*record, system::now());
  return own ? complaint : "";
}

// The journal that is shown, and those beside it: a finished one must not hide an open one.
GateVerdict verdict_of(const std::string& directory, const JournalState& shown) {
  auto verdict = gate(shown);
  if (verdict.exit == Exit::not_finished || directory == Layout::handed_over) return verdict;
  for (const auto& other : find_recoveries("", Layout::handed_over)) {
    const auto its = gate(other.state);
    if (its.exit == Exit::not_finished) return {its.exit, "In " + other.directory + ":\n" + its.text};
  }
  return verdict;
}

}  // namespace

Exit status(const Options& options, Reporter& reporter) try {
  const auto directory = find_journal_directory(options.state);
  const auto contents = directory.empty() ? JournalContents{} : read_journal(journal_path(directory));
  const auto state = state_of(contents.events);
  auto verdict = verdict_of(directory, state);
  if (!state.started && options.state.empty() && reminder_is_there("/"))
    verdict = {Exit::not_finished,
               "NOT FINISHED: this machine was restored, and its journal in " +
                   std::string(Layout::handed_over) +
                   " is gone.\nCopy it there from recover-state on the storage volume, then: recover "
                   "verify-backup\n"};
  Event event("status");
  event.with("journal", directory).with("started", state.started_at).with("complete", state.complete);
  event.with("finished", verdict.exit != Exit::not_finished && state.started).with("torn", contents.torn);
  if (state.started) {
    reporter.say("Playbook " + state.playbook + ", begun " + state.started_at + ", last entry " +
                 state.last_at + "\nJournal " + journal_path(directory) +
                 (contents.torn ? " (its last line was cut off by a crash)" : ""));
    show_steps(state, event, reporter);
  }
  std::string complaint;
  if (options.state.empty()) {
    show_verification(event, reporter);
    complaint = show_freshen(system::own_directory(), event, reporter);
  }
  event.with("freshen-complaint", complaint);
  reporter.observe(event);
  reporter.say(verdict.text);
  if (complaint.empty()) return verdict.exit;
  reporter.say(complaint + ".");
  if (verdict.exit == Exit::finished) return Exit::degraded;
  return verdict.exit;
} catch (const UsageError& error) {
  // What cannot be believed is open. A rescue system may begin anew, the restored machine may not.
  throw Error(Exit::not_finished, "NOT FINISHED, as far as can be known: " + error.problem(),
              reminder_is_there("/") || !find_journal_directory(Layout::handed_over).empty()
                  ? other_journal_remedy(Layout::handed_over)
                  : error.remedy());
}

}  // namespace recover::commands
