// The steps after the restore: what it came from is held, what backups leave out is made, catalog, reminder
// and journal go into the restored root, and every daemon and mount is given back.
#include <utility>
#include <variant>

#include "recover/steps/kinds.hpp"

namespace recover::steps {
namespace {

std::vector<Action> plan_hold(const StepContext& context) {
  HoldVolumes hold{console(context), context.layout.state};
  for (const auto& action : start_bacula(context)) {
    if (const auto* catalog = std::get_if<StartCatalog>(&action)) hold.catalog = *catalog;
    if (const auto* daemon = std::get_if<StartDaemon>(&action)) hold.daemons.push_back(*daemon);
    if (const auto* meet = std::get_if<MeetBacula>(&action)) hold.meet = *meet;
  }
  return {std::move(hold)};
}

std::vector<Action> plan_stop(const StepContext& context) {
  return {stop_daemons(context)};
}

std::vector<Action> plan_directories(const StepContext& context) {
  const auto& root = context.layout.target;
  return {MakeDirectory{"/proc", 0555, root}, MakeDirectory{"/sys", 0555, root},
          MakeDirectory{"/dev", 0755, root},  MakeDirectory{"/run", 0755, root},
          MakeDirectory{"/tmp", 01777, root}, MakeMountPoints{root}};
}

std::vector<Action> plan_catalog(const StepContext& context) {
  const auto& bacula = context.profile.bacula;
  return {HandOverCatalog{context.layout.environment, context.layout.target, bacula.configuration,
                          bacula.client, bacula.catalog, context.layout.state}};
}

std::vector<Action> plan_reminder(const StepContext& context) {
  const auto& layout = context.layout;
  return {
      LeaveReminder{layout.target, layout.program, context.profile.file, layout.playbooks, layout.libraries}};
}

std::vector<Action> plan_hand_over(const StepContext& context) {
  return {HandOver{context.layout.state, context.layout.target, Layout::handed_over}};
}

std::vector<Action> plan_release(const StepContext& context) {
  std::vector<Action> actions;
  for (auto point = context.mounted.rbegin(); point != context.mounted.rend(); ++point)
    actions.emplace_back(Unmount{*point});
  return actions;
}

}  // namespace

StepKind hold_volumes() {
  return {"hold-volumes", "Set the volumes that were used read-only in the catalog", false, {}, plan_hold};
}

StepKind stop_bacula() {
  return {"stop-bacula", "Stop Bacula in the recovery environment", false, {}, plan_stop};
}

StepKind recreate_directories() {
  return {"recreate-directories", "Make the directories that backups leave out", false, {}, plan_directories};
}

StepKind hand_over_catalog() {
  return {
      "hand-over-catalog", "Give the machine the catalog that knows its backups", false, {}, plan_catalog};
}

StepKind leave_reminder() {
  return {"leave-reminder",
          "Leave in the restored root what verifies its backups after the reboot",
          false,
          {},
          plan_reminder};
}

StepKind hand_over() {
  return {"hand-over", "Copy the journal into the restored root", false, {}, plan_hand_over};
}

StepKind release_mounts() {
  return {"release-mounts", "Unmount everything", false, {}, plan_release};
}

}  // namespace recover::steps
