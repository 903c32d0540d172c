#include "checks/checks.hpp"
#include "recover/system/text.hpp"

namespace recover::checks {
namespace {

Answer ask(const Profile& profile, const Facts& facts) {
  const auto mounted = facts.storage ? facts.storage->device : "";
  for (const auto& target : find_erased(profile, facts)) {
    if (!target.device) return unknown("the disk " + target.disk.name + " was not found");
    for (const auto& device : lost_with(target, facts))
      if (system::same_uuid(device.fs_uuid, profile.storage.uuid) || device.path == mounted)
        return fails("The storage volume with the backups is on " + device.path +
                         ", which goes when the plan destroys " + path_of(target),
                     "The profile names the wrong disk; correct it, or give --replace another one");
  }
  return holds("the storage volume is elsewhere");
}

}  // namespace

Check target_not_storage() {
  return {.name = "target-not-storage",
          .question = "Is the target something else than the storage volume?",
          .ask = ask,
          .refuses = true,
          .before_destroying = true};
}

}  // namespace recover::checks
