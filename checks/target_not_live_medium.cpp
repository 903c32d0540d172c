#include "checks/checks.hpp"

namespace recover::checks {
namespace {

Answer ask(const Profile& profile, const Facts& facts) {
  for (const auto& target : find_erased(profile, facts)) {
    if (!target.device) return unknown("the disk " + target.disk.name + " was not found");
    for (const auto& device : lost_with(target, facts))
      if (!device.live.empty())
        return fails(device.path + " is what this rescue system was started from (" + device.live +
                         "), and the plan would destroy it",
                     "The profile names the wrong disk; correct it, or give --replace another one");
  }
  return holds("the rescue system came from elsewhere");
}

}  // namespace

Check target_not_live_medium() {
  return {.name = "target-not-live-medium",
          .question = "Is the target something else than what the rescue system was started from?",
          .ask = ask,
          .refuses = true,
          .before_destroying = true};
}

}  // namespace recover::checks
