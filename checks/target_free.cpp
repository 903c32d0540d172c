#include "checks/checks.hpp"

namespace recover::checks {
namespace {

Answer ask(const Profile& profile, const Facts& facts) {
  for (const auto& target : find_targets(profile, facts)) {
    if (!target.device) return unknown("the disk " + target.disk.name + " was not found");
    const auto& device = *target.device;
    if (!device.in_use.empty())
      return fails(device.path + " is in use: " + device.in_use,
                   "Unmount it, or end what holds it, then start again: umount " + device.path);
    if (device.read_only)
      return fails(device.path + " is read-only",
                   "Look for a write-protect switch, or: blockdev --setrw " + device.path);
  }
  return holds("nothing uses it");
}

}  // namespace

Check target_free() {
  return {.name = "target-free",
          .question = "Is no device of the target mounted, busy or read-only?",
          .ask = ask,
          .before_destroying = true};
}

}  // namespace recover::checks
