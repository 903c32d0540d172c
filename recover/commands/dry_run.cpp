// recover --playbook NAME --dry-run: the same plan, shown, every check asked as far as it can be answered
// now. Writes nothing at all.
#include <set>

#include "recover/backup_text.hpp"
#include "recover/check.hpp"
#include "recover/commands/commands.hpp"
#include "recover/commands/prepare.hpp"
#include "recover/replace.hpp"
#include "recover/system/terminal.hpp"
#include "recover/system/text.hpp"

namespace recover::commands {
namespace {

std::set<std::string> checks_of(const Plan& plan, std::vector<std::string> PlannedStep::*which) {
  std::set<std::string> names;
  for (const auto& step : plan.steps) names.insert((step.*which).begin(), (step.*which).end());
  return names;
}

Event checked(const std::string& name, const Answer& answer) {
  return Event("check")
      .with("check", name)
      .with("answer", std::string(to_string(answer.verdict)))
      .with("evidence", answer.evidence)
      .with("remedy", answer.remedy);
}

void show_plan(const Plan& plan, Reporter& reporter) {
  for (const auto& step : plan.steps) {
    std::vector<std::string> typed;
    for (const auto& action : step.actions)
      for (auto& line : as_typed(action)) typed.push_back(std::move(line));
    reporter.observe(Event("planned-step")
                         .with("step", step.name)
                         .with("kind", step.uses)
                         .with("summary", step.summary)
                         .with("destroys", step.destroys)
                         .with("fallback-for", step.fallback_for)
                         .with("guards", step.guards)
                         .with("proofs", step.proofs)
                         .with("typed", std::move(typed)));
  }
  reporter.say_unwrapped(plan_text(plan, system::terminal_width() - 1));
}

// Where the Director's catalog is seen to, what that will amount to, as far as reading alone tells.
void show_catalog(const Plan& plan, Reporter& reporter) {
  for (const auto& step : plan.steps)
    for (const auto& action : step.actions)
      if (const auto* provide = std::get_if<ProvideCatalog>(&action)) {
        const auto lines = bacula::outlook_text(bacula::look_at_catalogs(provide->request));
        reporter.observe(Event("catalog-outlook").with("lines", lines));
        reporter.say("\nTHE DIRECTOR'S CATALOG");
        for (const auto& line : lines) reporter.say("   " + line + ".");
      }
}

}  // namespace

Exit dry_run(const Options& options, Reporter& reporter) {
  const auto prepared = prepare(options);
  // With --restart none is left; else the only way on is --resume.
  prepared->facts = without_half_made(prepared->facts, half_made_on_record(options, *prepared));
  replace_disks(prepared->profile, prepared->facts, options.replace);
  auto plan =
      make_plan(prepared->playbook, prepared->profile, prepared->facts, prepared->layout, options.as_of);
  set_depth_of_proof(plan, options.prove);
  set_salvage(plan, options.all);
  reporter.say("DRY RUN of " + plan.title + " (" + prepared->playbook.file + ")\nfor the machine " +
               plan.machine + " (" + plan.profile_file + "). Nothing is written.");
  show_plan(plan, reporter);

  const auto lost = destroyed(plan);
  reporter.observe(Event("would-destroy").with("devices", lost));
  reporter.say("\nWHAT WOULD BE DESTROYED");
  if (lost.empty()) reporter.say("   Nothing.");
  for (const auto& line : lost) reporter.say("   " + line);

  for (const auto& wanted : confirmations(plan))
    reporter.say("   To be typed, or given with --confirm: the " + std::string(wanted.what) + " " +
                 system::printable(wanted.identity));
  if (!plan.replaced.empty()) reporter.say("\nA DISK TAKES ANOTHER'S PLACE");
  for (const auto& line : plan.replaced) reporter.say("   " + line);

  const auto newest = jobs_text(prepared->facts.storage->bootstrap_jobs, prepared->facts.now);
  reporter.observe(Event("newest-backup").with("text", newest));
  if (plan.recovery) {
    reporter.say("\nTHE NEWEST BACKUP, BY ITS BOOTSTRAP FILE");
    reporter.say(newest.empty() ? "   " + prepared->layout.bootstrap + " tells of none" : newest);
  }

  show_catalog(plan, reporter);

  reporter.say("\nTHE CHECKS, NOW");
  const auto guards = checks_of(plan, &PlannedStep::guards);
  auto names = guards;
  names.merge(checks_of(plan, &PlannedStep::proofs));
  std::vector<std::string> refusals, open;
  for (const auto& name : names) {
    const auto answer = find_check(name)->ask(prepared->profile, prepared->facts);
    // A proof that does not hold before its step has run says nothing yet.
    const bool later = !guards.contains(name) && answer.verdict != Verdict::holds;
    if (later || answer.verdict == Verdict::unknown)
      open.push_back(
          name + ": " +
          (later && answer.verdict == Verdict::fails ? "asked when its step is done" : answer.evidence));
    if (later) continue;
    reporter.observe(checked(name, answer));
    if (answer.verdict == Verdict::fails) refusals.push_back(answer.evidence + ". " + answer.remedy);
  }

  // Another moment may do without it; the newest backup cannot.
  for (const auto& volume : prepared->facts.storage->volumes)
    if (names.contains("volumes-readable") && options.as_of.empty() && !volume.problem.empty())
      refusals.push_back(volume.problem + ". The newest backup needs it; --as-of may find one that does not");

  reporter.observe(Event("not-simulated").with("checks", open));
  reporter.say("\nWHAT COULD NOT BE SIMULATED, AND WHY");
  if (plan.recovery)
    reporter.say(
        "   The Director is not started, because it would write to its catalog; which backup it chooses is "
        "seen in the run, before anything is destroyed.");
  for (const auto& line : open) reporter.say("   " + line + ".");

  reporter.observe(Event("dry-run-ended").with("refusals", refusals));
  if (refusals.empty()) {
    reporter.say("\nNothing speaks against this plan.");
    return Exit::finished;
  }
  reporter.say("\nTHIS PLAN WOULD BE REFUSED");
  for (const auto& line : refusals) reporter.say("   " + line + ".");
  return Exit::refused;
}

}  // namespace recover::commands
