#include "checks/checks.hpp"

namespace recover::checks {
namespace {

Answer ask(const Profile& profile, const Facts& facts) {
  if (!facts.storage) return unknown("the storage volume is not mounted");
  if (!facts.storage->environment)
    return fails(
        "There is no recovery environment at " + facts.storage->mount_point + "/" +
            profile.storage.environment,
        "Correct storage.environment in the profile, or make the environment again on a healthy machine");
  std::string absent;
  for (const auto& tool : facts.storage->environment_tools)
    if (tool.path.empty()) absent += (absent.empty() ? "" : ", ") + tool.name;
  if (!absent.empty())
    return fails(
        "Not found in the recovery environment: " + absent,
        "Install Bacula in it: chroot " + facts.storage->mount_point + "/" + profile.storage.environment);
  return holds("Director, Storage Daemon, File Daemon, bconsole and bextract are in it");
}

}  // namespace

Check environment_complete() {
  return {.name = "environment-complete",
          .question = "Is the recovery environment there, with Bacula in it?",
          .ask = ask};
}

}  // namespace recover::checks
