// Activates the LVM volumes that the machine and its backups lie on, and mounts the storage volume. A run
// does it before it plans, because the plan wants to know where everything is; it stands in the plan for
// whoever types it.
#include <algorithm>

#include "recover/steps/kinds.hpp"

namespace recover::steps {
namespace {

std::vector<Action> plan(const StepContext& context) {
  const auto& profile = context.profile;
  OpenStorage open{{},
                   profile.storage.uuid,
                   profile.storage.volume,
                   context.layout.storage.empty() ? Layout::storage_point : context.layout.storage};
  const auto add = [&](const std::string& volume) {
    if (!volume.empty() && std::find(open.volumes.begin(), open.volumes.end(), volume) == open.volumes.end())
      open.volumes.push_back(volume);
  };
  add(profile.storage.volume);
  for (const auto& device : profile.filesystem.devices) add(device.volume);
  if (profile.boot) add(profile.boot->device.volume);
  return {open};
}

}  // namespace

StepKind open_storage() {
  return {"open-storage", "Activate LVM and mount the storage volume", false, {}, plan};
}

}  // namespace recover::steps
