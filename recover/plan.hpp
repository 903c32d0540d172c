// The plan is data: the steps with their actions, made once from playbook, profile and facts. The dry run
// prints it, the executor performs it; it is the same value, so a rehearsal cannot lie.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "recover/action.hpp"
#include "recover/circumstances.hpp"
#include "recover/facts.hpp"
#include "recover/foreign.hpp"
#include "recover/layout.hpp"
#include "recover/playbook.hpp"
#include "recover/profile.hpp"
#include "recover/targets.hpp"

namespace recover {

struct PlannedStep {
  std::string name, uses, summary, fallback_for;
  bool destroys = false;
  std::vector<std::string> guards, proofs;
  std::vector<Action> actions;
  std::string hash = {};  // step_hash()
};

struct Plan {
  std::string playbook, title, profile_file, machine, as_of;
  Layout layout;
  std::vector<Target> targets;      // of the root
  std::optional<Target> esp, boot;  // made again only when they are lost
  std::vector<PlannedStep> steps;
  std::string machine_hash;                  // machine_hash()
  std::string hash;                          // plan_hash()
  std::vector<std::string> mount_points;     // that its actions mount something on
  Circumstances circumstances;               // that it was made for
  bool recovery = true;                      // Playbook::recovery
  std::vector<ForeignContent> foreign = {};  // that goes with the targets, and must be named too
  std::vector<std::string> replaced = {};    // replaced_text()
};

// `as_of`: YYYY-MM-DD HH:MM:SS, or empty for the newest backup.
Plan make_plan(const Playbook& playbook, const Profile& profile, const Facts& facts, const Layout& layout,
               const std::string& as_of);

// The depth of the command line ("quick", "full"; empty: as planned) in every step that proves the backup.
// Throws UsageError when none does. Hashes stay: a proof is no other run.
void set_depth_of_proof(Plan& plan, const std::string& depth);

// Everything is salvaged (--all), not only what the backup does not have. Throws UsageError when no step
// salvages. Hashes stay, as what was salvaged does: a run that goes on may be given another answer.
void set_salvage(Plan& plan, bool all);

// The steps with every command as an operator would type it, at most `width` columns where a command allows.
std::string plan_text(const Plan& plan, int width);

// The steps, a line each.
std::string overview(const Plan& plan);

// Every device that the plan may write a filesystem to, lost ones only of ESP and /boot. Known by what it is,
// and confirmed by its disk's serial.
std::vector<Target> erased(const Plan& plan);

// What the operator must type, or give with --confirm, before they are erased: each disk's serial, and what
// tells foreign content.
struct Confirmation {
  std::string device, what, identity;  // "/dev/sdb", "serial"
};
std::vector<Confirmation> confirmations(const Plan& plan);

// What is on the targets now and would be gone, a line each.
std::vector<std::string> destroyed(const Plan& plan);

}  // namespace recover
