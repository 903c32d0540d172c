#include "recover/report/left_to_do.hpp"

#include "recover/report/text.hpp"
#include "recover/system/text.hpp"

namespace recover::report {
namespace {

void add(std::vector<Task>& tasks, const std::string& words, const std::string& command = "") {
  tasks.push_back({shown(words), shown(command)});
}

std::string again(const JournalState& state, const char* option) {
  return "recover --playbook " + system::shell_quoted(state.playbook) + option;
}

std::string steps_left(const JournalState& state) {
  std::string left;
  for (const auto& step : state.order)
    if (!state.is_done(step)) left += (left.empty() ? "" : ", ") + step;
  return left;
}

void add_what_stopped_it(std::vector<Task>& tasks, const JournalState& state, const std::string& remedy) {
  if (!state.ended.empty() && !remedy.empty()) add(tasks, "First, what stopped the run: " + remedy);
}

void add_problems(std::vector<Task>& tasks, const JournalState& state) {
  if (!state.catalog_problem.empty())
    add(tasks,
        "Give the machine a catalog that knows its backups: without one no backup can verify "
        "(docs/handbook.md, 3.2). It was not given one because " +
            state.catalog_problem);
  for (const auto& command : state.catalog_commands)
    add(tasks,
        command == state.catalog_commands.front()
            ? "In the rebooted machine, before its first backup job, load the catalog that knows its "
              "backups, " +
                  state.catalog_dump + " (docs/handbook.md, 3.2), with its Director stopped:"
            : "and then:",
        command);
  if (state.hold_problem.empty()) return;
  if (state.reminder_problem.empty()) {
    add(tasks,
        "The volumes that it came from are not read-only in the catalog yet; the machine sees to that "
        "when it boots.");
  } else {
    add(tasks, "On the rebooted machine, before any job runs: hold the volumes that it came from.",
        "recover quarantine --hold");
  }
}

void after_the_last_step(std::vector<Task>& tasks, const JournalState& state) {
  add(tasks,
      "Reboot into the restored system." +
          std::string(state.without_entry
                          ? " No boot entry was written: should it not boot by \\EFI\\BOOT on its ESP, "
                            "choose its disk in the firmware's boot menu."
                          : ""));
  add_problems(tasks, state);
  add(tasks,
      state.reminder_problem.empty()
          ? "It runs a backup there and verifies it, once its Bacula is up, and says on the console what "
            "came "
            "of it. By hand:"
          : "Once its Bacula is up, have it run a backup and verify it. It does not do so by itself: " +
                state.reminder_problem,
      "recover verify-backup");
  add(tasks, "See that it says FINISHED. Until then keep the storage volume as it is.", "recover status");
}

void of_no_recovery(std::vector<Task>& tasks, const JournalState& state, const std::string& remedy) {
  if (!state.complete) {
    add_what_stopped_it(tasks, state, remedy);
    return add(tasks, "The run did not come to its end. Start it again.", again(state, ""));
  }
  for (const auto& what : state.left) add(tasks, "Left as it is: " + what);
  if (!state.degraded.empty())
    add(tasks, "What could not be repaired is named below, and stays on the list.");
}

}  // namespace

std::vector<Task> left_to_do(const JournalState& state, const std::string& remedy) {
  std::vector<Task> tasks;
  if (!state.started) return tasks;
  if (!state.recovery) {
    of_no_recovery(tasks, state, remedy);
    return tasks;
  }
  if (!state.complete && !state.verified) {
    add_what_stopped_it(tasks, state, remedy);
    const auto left = steps_left(state);
    add(tasks, "Go on with the run." + (left.empty() ? "" : " Left of it: " + left + "."),
        again(state, " --resume"));
  } else if (!state.verified) {
    after_the_last_step(tasks, state);
  }
  if (state.salvage == "postponed")
    add(tasks,
        "On the rebooted machine, take the salvaged files that wait, " +
            std::to_string(state.salvage_waiting) + " of them, or refuse them.",
        "recover --playbook take-salvaged");
  if (!state.degraded.empty())
    add(tasks, "On the rebooted machine, bring back what the fallback lost; it is named below.",
        "recover --playbook repair");
  return tasks;
}

}  // namespace recover::report
