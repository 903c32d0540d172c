#include "recover/journal_state.hpp"

#include <algorithm>

#include "recover/salvage_text.hpp"

namespace recover {

Progress JournalState::of(const std::string& step) const {
  const auto found = steps.find(step);
  return found == steps.end() ? Progress::none : found->second;
}

bool JournalState::is_done(const std::string& step) const {
  const std::string* name = &step;
  // Counted, as a journal may say that two steps stand in for each other. A playbook has a few.
  constexpr int longest_chain = 100;
  for (int i = 0; i < longest_chain; ++i) {
    if (of(*name) == Progress::done) return true;
    const auto fallback = fallbacks.find(*name);
    if (fallback == fallbacks.end()) return false;
    name = &fallback->second;
  }
  return false;
}

namespace {

void read_step_hashes(const Event& event, JournalState& state) {
  for (const auto& pair : event.list("step-hashes"))
    if (const auto at = pair.find(' '); at != std::string::npos)
      state.step_hashes[pair.substr(at + 1)] = pair.substr(0, at);
}

void read_losses(const Event& event, JournalState& state) {
  const auto words = event.list("files"), paths = event.list("paths");
  auto& lost = state.degraded[event.text("lost")];
  for (std::size_t i = 0; i < words.size(); ++i)
    lost[i < paths.size() && !paths[i].empty() ? paths[i] : words[i]] = words[i];
}

void read_repairs(const Event& event, JournalState& state) {
  const auto lost = state.degraded.find(event.text("lost"));
  if (lost == state.degraded.end()) return;
  for (const auto& path : event.list("paths")) lost->second.erase(path);
  if (lost->second.empty()) state.degraded.erase(lost);
}

// "STATUS NAME".
void read_held(const Event& event, JournalState& state) {
  for (const auto& pair : event.list("volumes"))
    if (const auto at = pair.find(' '); at != std::string::npos)
      state.held_volumes.emplace(pair.substr(at + 1),
                                 pair.substr(0, at));  // the first status is the true one
}

void read_salvage(const Event& event, JournalState& state) {
  state.salvage = event.text("choice");
  state.salvage_waiting = state.salvage == "postponed" ? event.number("count") : 0;
  for (const auto& path : event.list("damaged"))
    if (std::find(state.salvaged_damaged.begin(), state.salvaged_damaged.end(), path) ==
        state.salvaged_damaged.end())
      state.salvaged_damaged.push_back(path);
}

// Only a boot after those of the recovery proves anything: the rescue system can verify what it likes.
void read_verified(const Event& event, JournalState& state) {
  const auto boot = event.text("boot");
  if (boot.empty() || state.boots.contains(boot)) return;
  state.verified = true;
  state.verified_at = event.text("time");
  state.verified_job = event.number("job");
}

}  // namespace

bool same_recovery(const JournalState& a, const JournalState& b) {
  return a.started && a.started_at == b.started_at && a.plan_hash == b.plan_hash;
}

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
      state.machine_hash = event.text("machine-hash");
      state.lasting = event.list("lasting");
      state.as_of = event.text("as-of");
      state.started_at = event.text("time");
      state.order = event.list("steps");
      state.filesystem = event.text("filesystem");
      state.recovery = !event.flag("no-recovery");
      state.replaced = event.list("replaced");
      state.boots.insert(event.text("boot"));
      for (const auto& pair : event.list("fallbacks"))
        if (const auto at = pair.find(" for "); at != std::string::npos)
          state.fallbacks[pair.substr(at + 5)] = pair.substr(0, at);
      read_step_hashes(event, state);
    } else if (event.name == "run-resumed") {
      state.ended.clear();
      state.boots.insert(event.text("boot"));
      if (const auto steps = event.list("steps"); !steps.empty()) state.order = steps;
      read_step_hashes(event, state);
    } else if (event.name == "step-begun") {
      state.steps[step] = Progress::begun;
      if (event.flag("destroys")) {
        state.destroying = true;
        state.by_director = false;
        state.degraded.clear();
        state.salvaged_damaged.clear();
      }
    } else if (event.name == "step-failed") {
      state.steps[step] = Progress::failed;
    } else if (event.name == "step-done") {
      state.steps[step] = Progress::done;
    } else if (event.name == "making" || event.name == "made") {
      note(event, state.half_made);
    } else if (event.name == "losses-begun") {
      state.degraded.clear();  // a list that was interrupted is made anew
    } else if (event.name == "restored" || event.name == "extracted") {
      state.by_director = event.name == "restored";
      // What the fallback lost is back when the Director has restored all of it after that, in a resumed run.
      if (state.by_director && state.recovery) state.degraded.clear();
    } else if (event.name == "degraded" || event.name == "not-repaired") {
      read_losses(event, state);
    } else if (event.name == "left") {
      state.left.push_back(event.text("what"));
    } else if (event.name == "salvaged") {
      if (const auto loss = salvage_loss(event); !loss.empty()) state.left.push_back(loss);
    } else if (event.name == "salvage-damaged" && event.text("by") == "bacula") {
      for (const auto& file : event.list("files")) state.left.push_back(file);
    } else if (event.name == "repaired") {
      read_repairs(event, state);
    } else if (event.name == "volumes-held") {
      read_held(event, state);
      state.hold_problem.clear();
    } else if (event.name == "volumes-not-held") {
      state.hold_problem = event.text("why");
    } else if (event.name == "catalog-handed-over") {
      state.catalog_problem.clear();
    } else if (event.name == "catalog-left") {
      state.catalog_problem.clear();
      state.catalog_dump = event.text("to");
      state.catalog_commands = event.list("commands");
    } else if (event.name == "catalog-not-handed-over") {
      state.catalog_problem = event.text("why");
    } else if (event.name == "reminder-left") {
      state.reminder_problem.clear();
    } else if (event.name == "reminder-without-program" || event.name == "reminder-without-unit") {
      state.reminder_problem = event.text("why");
    } else if (event.name == "volumes-released") {
      for (const auto& volume : event.list("volumes")) state.held_volumes.erase(volume);
    } else if (event.name == "jobs-held") {
      for (const auto& job : event.list("jobs")) state.held_jobs.insert(job);
      // The machine's first word after the recovery: the rescue system's clock was ahead, and tells nothing.
      if (event.number("at") != 0 && event.number("at") < state.completed_at) state.completed_at = 0;
    } else if (event.name == "jobs-released") {
      for (const auto& job : event.list("jobs")) state.held_jobs.erase(job);
    } else if (event.name == "quarantine") {
      state.lifted = event.flag("lifted");
    } else if (event.name == "backup-verified") {
      read_verified(event, state);
    } else if (event.name == "without-efi-variables") {
      state.without_entry = true;
    } else if (event.name == "salvage-taken") {
      read_salvage(event, state);
    } else if (event.name == "efi-entry-written") {
      state.without_entry = false;
    } else if (event.name == "run-complete" || event.name == "handed-over") {
      // "handed-over" stands only in the copy inside the restored root: all that came after it was to
      // unmount.
      state.complete = true;
      state.half_made.clear();  // the machine lives by what is there now
      // One that is resumed once more, when the machine has long lived, changes nothing in the tree.
      if (state.completed_at == 0) state.completed_at = event.number("at");
    } else if (event.name == "run-ended") {
      state.ended = event.text("why");
    }
  }
  return state;
}

}  // namespace recover
