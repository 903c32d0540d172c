#include "checks/checks.hpp"

namespace recover::checks {
namespace {

Answer ask(const Profile& profile, const Facts& facts) {
  for (const auto& target : find_targets(profile, facts)) {
    if (!target.device) return unknown("the disk " + target.disk.name + " was not found");
    for (const auto& device : facts.devices)
      if (device.path == target.device->disk && device.size != target.disk.size)
        return fails("The disk " + device.path + " has " + std::to_string(device.size) +
                         " bytes, but the profile says " + std::to_string(target.disk.size),
                     "It is not the disk of the profile, or it is failing; look at it before anything else");
  }
  return holds("as the profile says");
}

}  // namespace

Check target_size() {
  return {.name = "target-size",
          .question = "Is each disk as large as the profile says?",
          .ask = ask,
          .before_destroying = true};
}

}  // namespace recover::checks
