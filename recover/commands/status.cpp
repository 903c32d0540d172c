// recover status: how far the recovery is that is on record here.
#include "recover/commands/commands.hpp"
#include "recover/gate.hpp"
#include "recover/journal.hpp"
#include "recover/journal_state.hpp"
#include "recover/places.hpp"

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

}  // namespace

Exit status(const Options& options, Reporter& reporter) {
  const auto directory = find_journal_directory(options.state);
  const auto contents = directory.empty() ? JournalContents{} : read_journal(journal_path(directory));
  const auto state = state_of(contents.events);
  const auto verdict = gate(state);
  Event event("status");
  event.with("journal", directory).with("started", state.started_at).with("complete", state.complete);
  event.with("finished", verdict.exit == Exit::finished && state.started).with("torn", contents.torn);
  if (state.started) {
    reporter.say("Playbook " + state.playbook + ", begun " + state.started_at + ", last entry " +
                 state.last_at + "\nJournal " + journal_path(directory) +
                 (contents.torn ? " (its last line was cut off by a crash)" : ""));
    for (const auto& step : state.order) {
      auto said = word(state.of(step));
      if (const auto fallback = state.fallbacks.find(step);
          fallback != state.fallbacks.end() && state.of(fallback->second) != Progress::none)
        said += "; instead of it " + fallback->second + ": " + word(state.of(fallback->second));
      reporter.say("   " + step + ": " + said);
      event.with("step " + step, said);
    }
  }
  reporter.observe(event);
  reporter.say(verdict.text);
  return verdict.exit;
}

}  // namespace recover::commands
