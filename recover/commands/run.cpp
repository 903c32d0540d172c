// recover --playbook NAME: carries the plan out.
#include <algorithm>
#include <filesystem>

#include "recover/commands/commands.hpp"
#include "recover/commands/prepare.hpp"
#include "recover/confirm.hpp"
#include "recover/executor.hpp"
#include "recover/gate.hpp"
#include "recover/journal.hpp"
#include "recover/journal_state.hpp"
#include "recover/replace.hpp"
#include "recover/report/write.hpp"
#include "recover/system/files.hpp"
#include "recover/system/keyboard.hpp"
#include "recover/system/lock.hpp"
#include "recover/system/signals.hpp"
#include "recover/system/text.hpp"

namespace recover::commands {
namespace {

// The steps, or those that stand in for a step that fails: "FALLBACK for STEP".
std::vector<std::string> step_names(const Plan& plan, bool fallbacks) {
  std::vector<std::string> names;
  for (const auto& step : plan.steps)
    if (!step.fallback_for.empty() == fallbacks)
      names.push_back(step.name + (fallbacks ? " for " + step.fallback_for : ""));
  return names;
}

// "HASH STEP".
std::vector<std::string> step_hashes(const Plan& plan) {
  std::vector<std::string> hashes;
  for (const auto& step : plan.steps) hashes.push_back(step.hash + " " + step.name);
  return hashes;
}

// A run that goes on has the disks that it began with.
void take_new_disks(const Options& options, const JournalState& earlier, Prepared& prepared) {
  if (earlier.started && !options.replace.empty() && !same_replacements(options.replace, earlier.replaced))
    throw Refused("The run of " + earlier.started_at + " was begun with " +
                      (earlier.replaced.empty() ? "no --replace"
                                                : "--replace " + system::printable(system::joined(
                                                                     earlier.replaced, " --replace "))),
                  "Go on with it as it was begun (--resume alone), or begin anew with --restart");
  replace_disks(prepared.profile, prepared.facts, earlier.started ? earlier.replaced : options.replace);
}

Event introduction(const char* name, const Plan& plan, const Prepared& prepared, const Facts& facts,
                   const std::vector<std::string>& replaced) {
  return Event(name)
      .with("playbook", plan.playbook)
      .with("playbook-file", prepared.playbook.file)
      .with("profile", plan.profile_file)
      .with("machine", plan.machine)
      .with("filesystem", prepared.profile.filesystem.uuid_to_make())
      .with("plan", plan.hash)
      .with("machine-hash", plan.machine_hash)
      .with("lasting", plan.circumstances.lasting)
      .with("passing", plan.circumstances.passing)
      .with("as-of", plan.as_of)
      .with("replaced", replaced)
      .with("no-recovery", Value(!plan.recovery))
      .with("version", RECOVER_VERSION)
      .with("boot", facts.boot_id)
      .with("steps", step_names(plan, false))
      .with("fallbacks", step_names(plan, true))
      .with("step-hashes", step_hashes(plan));
}

// What an earlier run left decides whether this one may begin; the operator says which is meant.
JournalState decide(const Options& options, const JournalState& earlier) {
  if (options.restart || !earlier.started) {
    if (options.resume && !earlier.started)
      throw UsageError("There is no run to resume", "Start one without --resume");
    return {};
  }
  // A run that came to nothing before the first write needs no answer.
  if (!options.resume && !earlier.destroying) return {};
  if (options.resume && earlier.complete && !earlier.recovery) return {};
  if (options.resume) {
    if (earlier.complete)
      throw Error(Exit::not_finished, "Every step of the run of " + earlier.started_at + " is done already",
                  "Reboot into the restored system and run a backup; to restore once more give --restart");
    return earlier;
  }
  throw Refused("A run of " + earlier.started_at + " is on record here" +
                    (earlier.complete ? ", and all its steps are done" : ", and it did not come to its end"),
                earlier.complete ? "To restore once more give --restart"
                                 : "Go on with it: --resume. To begin anew: --restart");
}

JournalState read_earlier(const Options& options, const std::string& directory, const std::string& copy,
                          Reporter& reporter) {
  // --restart is also the way out of a journal that cannot be read.
  if (options.restart) return {};
  if (const auto lines = options.resume ? catch_up(directory, copy) : 0; lines > 0)
    reporter.say("The journal on the storage volume lacked its last " + std::to_string(lines) +
                 " lines, which were kept in memory: they are put behind it.");
  const auto contents = read_journal(journal_path(directory));
  if (contents.torn)
    reporter.say("The last line of the journal was cut off by a crash; all before it is whole, and counts.");
  return state_of(contents.events);
}

// What is done must stay as it was done. What comes after may have been mended.
void require_same_plan(const Plan& plan, const JournalState& earlier) {
  const std::string remedy =
      "Put it back as it was, or begin anew with --restart. Steps that have not begun, [boot-loader], [efi] "
      "and "
      "[notes] may be changed";
  if (plan.machine_hash != earlier.machine_hash)
    throw Refused(
        "Profile, moment or --without-efi-variables are not those of the run of " + earlier.started_at,
        remedy);
  for (const auto& [name, progress] : earlier.steps) {
    if (progress != Progress::done) continue;
    const auto step = std::find_if(plan.steps.begin(), plan.steps.end(),
                                   [&name = name](const auto& planned) { return planned.name == name; });
    const auto hash = earlier.step_hashes.find(name);
    if (step == plan.steps.end() || hash == earlier.step_hashes.end() || step->hash != hash->second)
      throw Refused("The step \"" + name + "\", which is done, is another in the playbook now", remedy);
  }
}

// Until something is destroyed, to begin anew costs nothing; and a backup that has finished since is newer
// than the one that was chosen. Afterwards there is only the way forward.
void require_same_circumstances(const Plan& plan, const JournalState& earlier) {
  if (earlier.destroying || !plan.recovery) return;
  if (const auto drift = difference(earlier.lasting, plan.circumstances.lasting); !drift.empty())
    throw Refused("Since the run of " + earlier.started_at + " began, this has changed: " + drift,
                  "Nothing was destroyed yet: begin anew with --restart");
}

// A run that was killed a moment ago may still hold the target: the kernel takes its mounts apart behind it.
Facts facts_once_settled(Prepared& prepared, const JournalState& earlier) {
  for (int tries = 0;; ++tries) {
    auto facts = without_half_made(prepared.prober->read({}), earlier.half_made);
    if (!prepared.playbook.recovery) return facts;  // a machine that lives holds its disks
    const auto targets = find_erased(prepared.profile, facts);
    const bool held = std::any_of(targets.begin(), targets.end(), [](const auto& target) {
      return target.device && !target.device->in_use.empty();
    });
    if (!held || !earlier.started || tries == 20) return facts;
    prepared.processes->pause(std::chrono::milliseconds(500));
  }
}

// Until something is destroyed, the old filesystem may have been written to since: what is salvaged is
// salvaged again, and of that only what has changed is copied once more.
JournalState with_salvage_again(JournalState earlier, const Plan& plan) {
  if (earlier.destroying) return earlier;
  for (const auto& step : plan.steps)
    for (const auto& action : step.actions)
      if (std::holds_alternative<SalvageFiles>(action)) earlier.steps.erase(step.name);
  return earlier;
}

// What belongs to the run before. A report can be made again from its journal, which is kept.
void forget_earlier_run(const std::string& directory) {
  for (const auto* name : {"backup.toml", "backup.bsr", "backup.files", "salvaged.files", "salvage-offer",
                           "proof.toml", "report.html", "report.md"})
    std::filesystem::remove(directory + "/" + name);
}

// On every way out, once there is something to tell of: behind the release of all that was held, and before
// main says what went wrong. It changes neither the error nor the exit code. Where the storage volume takes
// nothing any more, the journal's copy in memory gets the report.
class ReportAtTheEnd {
 public:
  ReportAtTheEnd(const std::string& directory, const std::string& copy, Reporter& reporter)
      : directory_(directory), copy_(copy), reporter_(reporter) {}
  ReportAtTheEnd(const ReportAtTheEnd&) = delete;
  ReportAtTheEnd& operator=(const ReportAtTheEnd&) = delete;
  ~ReportAtTheEnd() {
    try {
      if (const auto problem = report::leave(directory_); problem.empty()) {
        reporter_.say("Report: " + report::html_path(directory_) + ", and report.md beside it");
      } else {
        const bool kept = report::leave(copy_).empty();
        reporter_.say("NOTE: " + problem + (kept ? ". It is in memory: " + report::html_path(copy_) : "."));
      }
    } catch (const std::exception&) {
      // The output is closed, or memory is short.
    }
  }

 private:
  const std::string &directory_, &copy_;
  Reporter& reporter_;
};

}  // namespace

Exit run(const Options& options, Reporter& reporter) {
  if (options.dry_run) return dry_run(options, reporter);
  system::install_signal_handlers();
  auto prepared = prepare(options);
  require("storage-mounted", *prepared);  // writable too: the journal is about to be made
  const auto& directory = prepared->layout.state;
  system::make_directories(directory, 0700);
  const system::Lock lock(prepared->layout.lock);
  const auto copy = Layout::journal_copy(prepared->profile.storage.uuid);
  const auto earlier = decide(options, read_earlier(options, directory, copy, reporter));
  if (options.restart) half_made_on_record(options, *prepared);
  const auto as_of = options.as_of.empty() ? earlier.as_of : options.as_of;
  take_new_disks(options, earlier, *prepared);
  const auto facts = facts_once_settled(*prepared, earlier);
  auto plan = make_plan(prepared->playbook, prepared->profile, facts, prepared->layout, as_of);
  set_depth_of_proof(plan, options.prove);
  set_salvage(plan, options.all);
  if (earlier.started) {
    require_same_plan(plan, earlier);
    require_same_circumstances(plan, earlier);
  }

  reporter.log_to(directory + "/log");
  auto journal = earlier.started ? Journal::append(directory) : Journal::create(directory);
  journal.copy_to(copy);
  // Behind the new journal: a crash in between leaves no older one whose choice is gone.
  if (!earlier.started) forget_earlier_run(directory);
  const auto begin = introduction(earlier.started ? "run-resumed" : "run-begun", plan, *prepared, facts,
                                  earlier.started ? earlier.replaced : options.replace);
  journal.write(begin);
  const ReportAtTheEnd report_at_the_end(directory, copy, reporter);
  reporter.observe(begin);
  for (const auto& event : prepared->opened) {
    journal.write(event);
    reporter.observe_silently(event);
  }
  reporter.say(plan.title + "\n" + overview(plan) + "Every command: the same with --dry-run.");

  const auto keyboard = system::terminal_keyboard(!options.json, options.confirm);
  const auto runner = real_runner(*prepared->processes, *keyboard);
  const auto ask = [&](const Plan& asked, const Facts& now) {
    confirm(asked, now, options.confirm, *keyboard, reporter);
  };
  execute({plan, prepared->profile, *runner, *prepared->prober, journal, reporter, ask,
           with_salvage_again(earlier, plan)});

  const auto state = state_of(read_journal(journal_path(directory)).events);
  if (!state.complete)
    throw Failed(
        "Every step was done, but the journal " + journal_path(directory) + " does not say so any more",
        "Something has changed it meanwhile. The tree is restored; do not take it for finished");
  std::filesystem::remove(directory + "/backup.toml");  // the next run chooses anew
  const auto verdict = gate(state);
  reporter.observe(
      Event("verdict").with("finished", verdict.exit == Exit::finished).with("text", verdict.text));
  reporter.say(verdict.text);
  if (const auto note = replaced_note(prepared->profile); !note.empty()) reporter.say(note);
  return verdict.exit;
}

}  // namespace recover::commands
