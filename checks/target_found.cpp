#include "checks/checks.hpp"

namespace recover::checks {
namespace {

std::string attached(const Facts& facts) {
  std::string text;
  for (const auto& device : facts.devices)
    if (device.path == device.disk)
      text += (text.empty() ? "" : "; ") + device.path + " " +
              (device.serial.empty() ? "without a serial" : device.serial);
  return text.empty() ? "none" : text;
}

Answer ask(const Profile& profile, const Facts& facts) {
  std::string found;
  for (const auto& target : find_targets(profile, facts)) {
    if (!target.device)
      return fails(target.problem, "Attach it. Disks that are here: " + attached(facts) +
                                       ". Was it replaced? Then say by which: --replace '" +
                                       target.disk.serial + "=NEW', with the new one's serial");
    found += (found.empty() ? "" : ", ") + target.disk.name + " is " + target.device->path;
  }
  return holds(found);
}

}  // namespace

Check target_found() {
  return {.name = "target-found",
          .question = "Is every disk of the profile attached, known by serial, WWN and partition GUID?",
          .ask = ask,
          .before_destroying = true};
}

}  // namespace recover::checks
