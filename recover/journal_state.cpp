#include "recover/journal_state.hpp"

namespace recover {

Progress JournalState::of(const std::string& step) const {
  const auto found = steps.find(step);
  return found == steps.end() ? Progress::none : found->second;
}

bool JournalState::is_done(const std::string& step) const {
  if (of(step) == Progress::done) return true;
  const auto fallback = fallbacks.find(step);
  return fallback != fallbacks.end() && is_done(fallback->second);
}

namespace {

void read_step_hashes(const Event& event, JournalState& state) {
  for (const auto& pair : event.list("step-hashes"))
    if (const auto at = pair.find(' '); at != std::string::npos)
      state.step_hashes[pair.substr(at + 1)] = pair.substr(0, at);
}

}  // namespace

JournalState state_of(const std::vector<Event>& events) {
  JournalState state;
  for (const auto& event : events) {
    const auto step = event.text("step");
    state.last_at = event.text("time");
    if (event.name == "run-begun") {
      state.started = true;
      state.playbook = event.text("playbook");
      state.playbook_file = event.text("playbook-file");
      state.profile = event.text("profile");
      state.plan_hash = event.text("plan");
      state.as_of = event.text("as-of");
      state.started_at = event.text("time");
      state.order = event.list("steps");
      for (const auto& pair : event.list("fallbacks"))
        if (const auto at = pair.find(" for "); at != std::string::npos)
          state.fallbacks[pair.substr(at + 5)] = pair.substr(0, at);
      read_step_hashes(event, state);
    } else if (event.name == "run-resumed") {
      state.ended.clear();
      if (const auto steps = event.list("steps"); !steps.empty()) state.order = steps;
      read_step_hashes(event, state);
    } else if (event.name == "step-begun") {
      state.steps[step] = Progress::begun;
      if (event.flag("destroys")) {
        state.destroying = true;
        state.degraded.clear();
      }
    } else if (event.name == "step-failed") {
      state.steps[step] = Progress::failed;
    } else if (event.name == "step-done") {
      state.steps[step] = Progress::done;
    } else if (event.name == "losses-begun") {
      state.degraded.clear();  // a list that was interrupted is made anew
    } else if (event.name == "degraded") {
      state.degraded[event.text("lost")] += static_cast<std::int64_t>(event.list("files").size());
    } else if (event.name == "without-efi-variables") {
      state.without_entry = true;
    } else if (event.name == "efi-entry-written") {
      state.without_entry = false;
    } else if (event.name == "run-complete" || event.name == "handed-over") {
      // "handed-over" stands only in the copy inside the restored root: all that came after it was to
      // unmount.
      state.complete = true;
    } else if (event.name == "run-ended") {
      state.ended = event.text("why");
    }
  }
  return state;
}

}  // namespace recover
