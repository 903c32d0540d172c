// The steps after the restore: what backups leave out, the journal into the restored root, and every daemon
// and mount given back.
#include "recover/steps/kinds.hpp"

namespace recover::steps {
namespace {

std::vector<Action> plan_stop(const StepContext&) {
  return {stop_daemons()};
}

std::vector<Action> plan_directories(const StepContext& context) {
  const auto& root = context.layout.target;
  return {MakeDirectory{"/proc", 0555, root}, MakeDirectory{"/sys", 0555, root},
          MakeDirectory{"/dev", 0755, root},  MakeDirectory{"/run", 0755, root},
          MakeDirectory{"/tmp", 01777, root}, MakeMountPoints{root}};
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

StepKind stop_bacula() {
  return {"stop-bacula", "Stop Bacula in the recovery environment", false, {}, plan_stop};
}

StepKind recreate_directories() {
  return {"recreate-directories", "Make the directories that backups leave out", false, {}, plan_directories};
}

StepKind hand_over() {
  return {"hand-over", "Copy the journal into the restored root", false, {}, plan_hand_over};
}

StepKind release_mounts() {
  return {"release-mounts", "Unmount everything", false, {}, plan_release};
}

}  // namespace recover::steps
