// Where the filesystem lies that may be broken: for all steps that read it, and only read.
#include "recover/steps/kinds.hpp"

namespace recover::steps {

BrokenPlace broken_place(const StepContext& context) {
  const auto& profile = context.profile;
  BrokenPlace place;
  place.uuid = profile.filesystem.uuid;
  place.new_uuid = profile.filesystem.new_uuid;
  place.expected = profile.filesystem.devices.size();
  place.mount_point = Layout::broken_point;
  // A disk that takes another's place never held any of it.
  for (const auto& target : context.targets)
    if (target.device && !target.blank && !target.disk.replaces) place.devices.push_back(target.device->path);
  for (const auto& subvolume : profile.subvolumes)
    if (!subvolume.mount.empty()) place.subvolumes.emplace_back(subvolume.path, subvolume.mount);
  return place;
}

}  // namespace recover::steps
