#include "recover/plan.hpp"

#include <algorithm>

#include "recover/error.hpp"
#include "recover/plan_hash.hpp"
#include "recover/replace.hpp"
#include "recover/system/text.hpp"

namespace recover {
namespace {

// "label, names, ..." wrapped at the width, continued under the first word.
std::string wrapped(const std::string& indent, const std::string& label, const std::string& words,
                    int width) {
  std::string text, line = indent + label;
  const std::string hang(line.size(), ' ');
  std::size_t at = 0;
  while (at < words.size()) {
    auto end = words.find(' ', at);
    if (end == std::string::npos) end = words.size();
    const auto word = words.substr(at, end - at);
    if (line.size() > hang.size() && line.size() + 1 + word.size() > static_cast<std::size_t>(width)) {
      text += line + "\n";
      line = hang;
    }
    line += (line.size() > hang.size() ? " " : "") + word;
    at = end + 1;
  }
  return text + line + "\n";
}

// `ever`: also what is unmounted again.
void note_mounts(const std::vector<Action>& actions, std::vector<std::string>& mounted,
                 std::vector<std::string>& ever) {
  for (const auto& action : actions) {
    if (const auto* mount = std::get_if<Mount>(&action)) {
      mounted.push_back(mount->target);
      ever.push_back(mount->target);
    }
    if (const auto* unmount = std::get_if<Unmount>(&action)) std::erase(mounted, unmount->target);
  }
}

}  // namespace

Plan make_plan(const Playbook& playbook, const Profile& profile, const Facts& facts, const Layout& layout,
               const std::string& as_of) {
  Plan plan{playbook.name,
            playbook.title,
            profile.file,
            profile.name,
            as_of,
            layout,
            find_targets(profile, facts),
            find_esp(profile, facts),
            find_boot(profile, facts),
            {},
            {},
            {},
            {},
            {},
            playbook.recovery};
  const auto aftercare = facts.aftercare.value_or(AftercareFacts{});
  std::vector<std::string> mounted;
  for (const auto& step : playbook.steps) {
    const auto& kind = *find_kind(step.uses);
    const auto parameters = substituted(step, profile);
    plan.steps.push_back({step.name, step.uses, std::string(kind.summary), step.fallback_for, kind.destroys,
                          step.guards, step.proofs,
                          kind.plan(StepContext{profile, layout, plan.targets, plan.esp, plan.boot,
                                                parameters, mounted, as_of, aftercare}),
                          step_hash(step)});
    note_mounts(plan.steps.back().actions, mounted, plan.mount_points);
  }
  if (!erased(plan).empty()) plan.foreign = find_foreign(profile, facts);
  plan.replaced = replaced_text(profile, facts);
  plan.circumstances = circumstances(profile, facts, plan.mount_points);
  plan.machine_hash = machine_hash(profile, as_of);
  std::vector<std::string> step_hashes;
  for (const auto& step : plan.steps) step_hashes.push_back(step.hash);
  plan.hash = plan_hash(plan.machine_hash, step_hashes, plan.circumstances);
  return plan;
}

void set_depth_of_proof(Plan& plan, const std::string& depth) {
  if (depth.empty()) return;
  bool found = false;
  for (auto& step : plan.steps)
    for (auto& action : step.actions)
      if (auto* prove = std::get_if<ProveBackup>(&action)) {
        prove->request.full = depth == "full";
        found = true;
      }
  if (!found)
    throw UsageError("The playbook " + plan.playbook + " has no step that proves the backup, so --prove " +
                         depth + " means nothing",
                     "Leave it out; a playbook that makes the filesystem again needs a step with uses = "
                     "\"prove-backup\"");
}

void set_salvage(Plan& plan, bool all) {
  if (!all) return;
  bool found = false;
  for (auto& step : plan.steps)
    for (auto& action : step.actions)
      if (auto* salvage = std::get_if<SalvageFiles>(&action)) salvage->all = found = true;
  if (!found)
    throw UsageError("The playbook " + plan.playbook + " has no step that salvages, so --all means nothing",
                     "Leave it out; recover --playbook salvage has one");
}

std::string plan_text(const Plan& plan, int width) {
  std::string text;
  int number = 0;
  for (const auto& step : plan.steps) {
    text += "\n";
    if (step.fallback_for.empty()) {
      text += std::to_string(++number) + ". " + step.name + ": " + step.summary;
    } else {
      text += "   only if \"" + step.fallback_for + "\" fails, " + step.name + ": " + step.summary;
    }
    text += step.destroys ? "   ** DESTROYS **\n" : "\n";
    if (!step.guards.empty()) text += wrapped("     ", "before: ", system::joined(step.guards), width);
    if (step.actions.empty()) text += "     # nothing to do on this machine\n";
    for (const auto& action : step.actions)
      for (const auto& line : as_typed(action)) text += "     " + system::printable(line) + "\n";
    if (!step.proofs.empty()) text += wrapped("     ", "after:  ", system::joined(step.proofs), width);
  }
  return text;
}

std::string overview(const Plan& plan) {
  std::string text;
  int number = 0;
  for (const auto& step : plan.steps) {
    const bool stands_in = !step.fallback_for.empty();
    text += (stands_in ? "      or else: "
                       : "  " + std::string(number < 9 ? " " : "") + std::to_string(number + 1) + ". ") +
            step.summary + (step.destroys ? "   ** DESTROYS **" : "") + "\n";
    number += stands_in ? 0 : 1;
  }
  return text;
}

std::vector<Target> erased(const Plan& plan) {
  if (std::none_of(plan.steps.begin(), plan.steps.end(), [](const auto& step) { return step.destroys; }))
    return {};
  auto targets = plan.targets;
  for (const auto& lost : {plan.esp, plan.boot})
    if (lost && is_lost(*lost)) targets.push_back(*lost);
  return targets;
}

std::vector<Confirmation> confirmations(const Plan& plan) {
  std::vector<Confirmation> wanted;
  const auto add = [&](const std::string& device, const char* what, const std::string& identity) {
    const bool there = std::any_of(wanted.begin(), wanted.end(),
                                   [&](const auto& other) { return other.identity == identity; });
    if (!there) wanted.push_back({device, what, identity});  // two partitions of one disk
  };
  for (const auto& target : erased(plan))
    add(target.blank ? target.blank->path : path_of(target), "serial", target.disk.serial);
  for (const auto& foreign : plan.foreign)
    add(foreign.device, "foreign content's UUID or name", foreign.identity);
  return wanted;
}

std::vector<std::string> destroyed(const Plan& plan) {
  std::vector<std::string> lines;
  for (const auto& target : erased(plan)) {
    if (!target.device) {
      lines.push_back(target.problem);
      continue;
    }
    const auto& device = *target.device;
    std::string line =
        device.path + ", " + system::human_bytes(device.size) + ", disk serial " + device.serial;
    if (!device.model.empty()) line += ", " + device.model;
    if (!target.partition.empty()) line += ", partition " + target.partition;
    if (!target.volume.empty()) line += ", LVM volume " + target.volume;
    if (target.partition.empty() && target.volume.empty() && !device.table_uuid.empty())
      line += "; with the partition table " + device.table_uuid;
    line += device.half_made         ? "; on it now: a filesystem that was begun and not finished"
            : device.fs_type.empty() ? "; nothing that blkid knows is on it"
                                     : "; on it now: " + content_words(device);
    lines.push_back(system::printable(line));
  }
  for (const auto& foreign : plan.foreign)
    lines.push_back(system::printable(foreign.device) +
                    ": the profile does not know what is on it: " + foreign.words);
  return lines;
}

}  // namespace recover
