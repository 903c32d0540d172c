#include "recover/gate.hpp"

#include <algorithm>

#include "recover/journal.hpp"

namespace recover {
namespace {

std::string degraded_text(const JournalState& state) {
  if (state.degraded.empty()) return "";
  std::string text = "\nDEGRADED: the files came back by bextract, which lost";
  for (const auto& [lost, files] : state.degraded) {
    const auto count = std::to_string(files.size());
    if (lost == "file") {
      text += " " + count + " files as a whole or in part,";
    } else {
      text += " the " + lost + " of " + count + " files,";
    }
  }
  text.back() = '.';
  return text + " Each is named by \"recover log\". On the\nrebooted machine: recover --playbook repair\n";
}

// A salvage that waits keeps no gate open; but it is said until it is taken, or refused.
std::string salvage_text(const JournalState& state) {
  std::string text;
  if (state.salvage == "postponed")
    text += "\nSALVAGED FILES WAIT: " + std::to_string(state.salvage_waiting) +
            " files that were newer than the backup are not in the tree yet.\nOn the rebooted machine: "
            "recover --playbook take-salvaged\n";
  if (!state.salvaged_damaged.empty()) {
    text += "\nDAMAGED FILES were put beside the good ones, with .salvaged-damaged behind their names:\n";
    constexpr std::size_t most = 5;
    for (std::size_t i = 0; i < std::min(most, state.salvaged_damaged.size()); ++i)
      text += "  " + state.salvaged_damaged[i] + "\n";
    if (state.salvaged_damaged.size() > most)
      text += "  and " + std::to_string(state.salvaged_damaged.size() - most) +
              " more; each is named by \"recover log\"\n";
  }
  return text;
}

std::string without_entry_text(const JournalState& state) {
  return state.without_entry
             ? "\nNO BOOT ENTRY was written. The machine boots by \\EFI\\BOOT on its ESP: should\n"
               "it not, choose its disk in the firmware's boot menu.\n"
             : "";
}

// What the machine does not find done for it.
std::string problems_text(const JournalState& state) {
  std::string text;
  if (!state.catalog_problem.empty())
    text += "\nTHE CATALOG was not given to the machine: " + state.catalog_problem +
            ". Without one that knows its backups no backup can verify (docs/handbook.md, 3.2).\n";
  if (!state.catalog_dump.empty()) {
    text +=
        "\nTHE CATALOG is left as a dump: " + state.catalog_dump + ". Load it before the first backup job:\n";
    for (const auto& command : state.catalog_commands) text += "  " + command + "\n";
  }
  if (!state.hold_problem.empty())
    text += "\nTHE VOLUMES that it came from are not read-only in the catalog yet: " + state.hold_problem +
            (state.reminder_problem.empty()
                 ? ". The machine sees to that when it boots.\n"
                 : ". On the rebooted machine, before any job runs: recover quarantine --hold\n");
  if (!state.reminder_problem.empty())
    text += "\nNOTHING VERIFIES BY ITSELF after the reboot: " + state.reminder_problem + ".\n";
  return text;
}

std::string how_it_verifies(const JournalState& state) {
  if (!state.reminder_problem.empty())
    return "  2. Once its Bacula is up, have it run a backup and verify it:\n"
           "     recover verify-backup\n";
  return "  2. It runs the backup there and verifies it, once its Bacula is up, and says on\n"
         "     the console what came of it. By hand: recover verify-backup\n";
}

std::string steps_left(const JournalState& state) {
  std::string left;
  for (const auto& step : state.order)
    if (!state.is_done(step)) left += (left.empty() ? "" : ", ") + step;
  return left;
}

// What recovers nothing needs no backup to prove it.
GateVerdict without_recovery(const JournalState& state) {
  if (!state.complete)
    return {Exit::not_finished, "The run of the playbook " + state.playbook + " of " + state.started_at +
                                    " did not come to its end.\nStart it again: recover --playbook " +
                                    state.playbook + "\n"};
  if (state.degraded.empty() && state.left.empty() && state.salvage != "postponed")
    return {Exit::finished, "\nDONE: nothing is left to do by this playbook.\n" + salvage_text(state)};
  std::string text = "\nDONE, BUT NOT ALL. Left as it is:";
  for (const auto& what : state.left) text += "\n  " + what;
  for (const auto& [lost, files] : state.degraded)
    text += "\n  lost " + lost + ": " + std::to_string(files.size()) + " files";
  if (state.degraded.empty() && state.left.empty())
    return {Exit::degraded, "\nDONE.\n" + salvage_text(state)};
  text += "\nEach is named above, with the reason.";
  return {Exit::degraded,
          text + (state.degraded.empty() ? "\n" : " They stay on the list.\n") + salvage_text(state)};
}

}  // namespace

GateVerdict gate(const JournalState& state) {
  if (!state.started) return {Exit::finished, "No recovery is on record here.\n"};
  if (!state.recovery) return without_recovery(state);
  if (state.verified)
    return {state.degraded.empty() ? Exit::finished : Exit::degraded,
            "FINISHED: backup job " + std::to_string(state.verified_job) +
                " of the rebooted machine was verified, " + state.verified_at + ".\n" + degraded_text(state) +
                salvage_text(state)};
  if (!state.complete) {
    return {Exit::not_finished,
            "NOT FINISHED: the recovery of " + state.started_at + " did not come to its end.\n" +
                (state.ended.empty() ? "It was killed, or still runs.\n"
                                     : "It ended because: " + state.ended + ".\n") +
                "Left to do: " + steps_left(state) + ".\nGo on with it: recover --playbook " +
                state.playbook + " --resume\n" + degraded_text(state) + salvage_text(state)};
  }
  return {Exit::not_finished,
          "\n" + std::string(state.destroying ? "The tree is restored." : "Every step is done.") +
              " This is NOT FINISHED.\n" + without_entry_text(state) + problems_text(state) +
              degraded_text(state) + salvage_text(state) +
              "\nA machine whose backups do not run is not recovered. Now:\n"
              "  1. Reboot into the restored system.\n" +
              how_it_verifies(state) +
              "  3. recover status\n"
              "Until then, keep the storage volume as it is.\n"};
}

void close_gate(const std::vector<Recovery>& recoveries, std::int64_t job, const std::string& boot_id) {
  const auto is_done = [&](const Recovery& recovery) {
    // The copy in the restored root says so where the original was cut off right behind it. What destroyed
    // nothing can leave nothing half restored.
    return !recovery.state.destroying ||
           std::any_of(recoveries.begin(), recoveries.end(), [&](const auto& other) {
             return other.state.complete && same_recovery(other.state, recovery.state);
           });
  };
  for (const auto& recovery : recoveries) {
    if (recovery.state.verified || !is_done(recovery)) continue;
    record(recovery, Event("backup-verified").with("job", job).with("boot", boot_id));
    if (!state_of(read_journal(journal_path(recovery.directory)).events).verified)
      throw Failed(
          "The recovery of " + recovery.state.started_at + " in " + recovery.directory +
              " is not finished although a backup has verified: this is still a boot of that recovery",
          "Boot the restored system, and run recover verify-backup there");
  }
}

}  // namespace recover
