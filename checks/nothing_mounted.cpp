#include "checks/checks.hpp"

namespace recover::checks {
namespace {

Answer ask(const Profile& profile, const Facts& facts) {
  if (!facts.storage) return unknown("the storage volume is not mounted");
  const auto environment = facts.storage->mount_point + "/" + profile.storage.environment + "/";
  for (const auto& mount : facts.mounts)
    if (mount.target.starts_with(environment))
      return fails("Still mounted: " + mount.target, "Unmount it: umount " + mount.target);
  return holds("nothing is");
}

}  // namespace

Check nothing_mounted() {
  return {.name = "nothing-mounted",
          .question = "Is nothing left mounted in the recovery environment?",
          .ask = ask};
}

}  // namespace recover::checks
