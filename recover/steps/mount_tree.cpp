// Mounts the new subvolumes as the machine had them, below the recovery environment, where the restore can
// reach them.
#include <algorithm>

#include "recover/steps/kinds.hpp"

namespace recover::steps {

void announce_devices(const StepContext& context, std::vector<Action>& actions) {
  if (context.targets.size() < 2) return;
  ScanDevices scan;
  for (const auto& target : context.targets) scan.devices.push_back(path_of(target));
  actions.emplace_back(scan);
}

namespace {

std::vector<Action> plan(const StepContext& context) {
  auto subvolumes = context.profile.subvolumes;
  std::erase_if(subvolumes, [](const auto& subvolume) { return subvolume.mount.empty(); });
  std::stable_sort(subvolumes.begin(), subvolumes.end(),
                   [](const auto& a, const auto& b) { return a.mount.size() < b.mount.size(); });
  std::vector<Action> actions{MakeDirectory{context.layout.target}};
  announce_devices(context, actions);
  for (const auto& subvolume : subvolumes) {
    const auto point =
        subvolume.mount == "/" ? context.layout.target : context.layout.target + subvolume.mount;
    if (subvolume.mount != "/")
      actions.emplace_back(MakeDirectory{subvolume.mount, {}, context.layout.target});
    actions.emplace_back(Mount{path_of(context.targets.front()), point, "btrfs",
                               subvolume.options + ",subvol=" + subvolume.path});
  }
  return actions;
}

}  // namespace

StepKind mount_tree() {
  return {"mount-tree", "Mount its subvolumes as the machine had them", false, {}, plan};
}

}  // namespace recover::steps
