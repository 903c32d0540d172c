#include "checks/checks.hpp"

namespace recover::checks {
namespace {

Answer ask(const Profile& profile, const Facts& facts) {
  if (!facts.storage) return unknown("the storage volume is not mounted");
  const auto environment = facts.storage->mount_point + "/" + profile.storage.environment +
                           (profile.makes_environment ? ".new/" : "/");
  const auto hidden = std::string(Layout::hidden_tree) + "/";
  for (const auto& mount : facts.mounts)
    if (mount.target.starts_with(environment) || (mount.target + "/").starts_with(hidden) ||
        mount.target == Layout::top_level || mount.target == Layout::esp_scratch)
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
