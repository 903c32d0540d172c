#include "recover/gate.hpp"

namespace recover {
namespace {

std::string degraded_text(const JournalState& state) {
  if (state.degraded.empty()) return "";
  std::string text = "\nDEGRADED: the files came back by bextract, which lost";
  for (const auto& [lost, files] : state.degraded) {
    const auto count = std::to_string(files);
    if (lost == "file") {
      text += " " + count + " files as a whole or in part,";
    } else {
      text += " the " + lost + " of " + count + " files,";
    }
  }
  text.back() = '.';
  return text + " Each is named by \"recover log\".\n";
}

std::string without_entry_text(const JournalState& state) {
  return state.without_entry
             ? "\nNO BOOT ENTRY was written. The machine boots by \\EFI\\BOOT on its ESP: should\n"
               "it not, choose its disk in the firmware's boot menu.\n"
             : "";
}

std::string steps_left(const JournalState& state) {
  std::string left;
  for (const auto& step : state.order)
    if (!state.is_done(step)) left += (left.empty() ? "" : ", ") + step;
  return left;
}

}  // namespace

GateVerdict gate(const JournalState& state) {
  if (!state.started) return {Exit::finished, "No recovery is on record here.\n"};
  if (!state.complete) {
    return {Exit::not_finished,
            "NOT FINISHED: the recovery of " + state.started_at + " did not come to its end.\n" +
                (state.ended.empty() ? "It was killed, or still runs.\n"
                                     : "It ended because: " + state.ended + ".\n") +
                "Left to do: " + steps_left(state) + ".\nGo on with it: recover --playbook " +
                state.playbook + " --resume\n" + degraded_text(state)};
  }
  return {Exit::not_finished,
          "\n" + std::string(state.destroying ? "The tree is restored." : "Every step is done.") +
              " This is NOT FINISHED.\n" + without_entry_text(state) + degraded_text(state) +
              "\nA machine whose backups do not run is not recovered. Now:\n"
              "  1. Reboot into the restored system.\n"
              "  2. See there that the Director runs and knows the backups: bconsole, \"list jobs\".\n"
              "     Its catalog may be in no backup; the recovery environment has one.\n"
              "  3. In bconsole, run the backup job, and look that it ends with T (OK) and has\n"
              "     about as many files as before.\n"
              "  4. Verify that job against its volumes (level VolumeToCatalog).\n"
              "Until then, keep the storage volume as it is.\n"};
}

}  // namespace recover
