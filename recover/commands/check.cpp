// recover check [NAME...]: asks the checks and does nothing. Those that can only be answered in the middle of
// a run say so.
#include "recover/check.hpp"

#include "recover/commands/commands.hpp"
#include "recover/places.hpp"
#include "recover/probe.hpp"
#include "recover/system/process.hpp"
#include "recover/system/text.hpp"

namespace recover::commands {
namespace {

std::vector<const Check*> chosen(const std::vector<std::string>& names) {
  std::vector<const Check*> checks;
  std::vector<std::string> known;
  for (const auto& check : all_checks()) {
    known.emplace_back(check.name);
    if (names.empty()) checks.push_back(&check);
  }
  for (const auto& name : names) {
    const auto* check = find_check(name);
    const auto near = system::nearest(name, known);
    if (!check)
      throw UsageError("There is no check \"" + system::printable(name) + "\"",
                       near.empty() ? "\"recover list\" shows the checks" : "Did you mean \"" + near + "\"?");
    checks.push_back(check);
  }
  return checks;
}

}  // namespace

Exit check(const Options& options, Reporter& reporter) {
  const auto checks = chosen(options.names);
  auto profile = load_profile(find_profile(options.profile));
  profile.without_efi_variables = options.without_efi_variables;
  const auto processes = system::real_processes();
  const auto facts = real_prober(profile, options.state, /*kept=*/false, *processes)->read({});
  Exit exit = Exit::finished;
  for (const auto* asked : checks) {
    auto answer = asked->ask(profile, facts);
    // What a run makes true is no complaint before the run.
    if (asked->only_after_a_step && answer.verdict == Verdict::fails)
      answer = unknown("asked when its step is done");
    reporter.observe(Event("check")
                         .with("check", std::string(asked->name))
                         .with("answer", std::string(to_string(answer.verdict)))
                         .with("evidence", answer.evidence)
                         .with("remedy", answer.remedy));
    if (answer.verdict != Verdict::fails) continue;
    reporter.say("      " + answer.remedy + ".");
    exit = Exit::refused;
  }
  return exit;
}

}  // namespace recover::commands
