#include "checks/checks.hpp"

namespace recover::checks {
namespace {

Answer ask(const Profile&, const Facts& facts) {
  if (!facts.tree) return unknown("nothing is restored yet");
  if (!facts.tree->absent_directories.empty())
    return fails("Missing in the restored root: " + facts.tree->absent_directories.front(),
                 "Make it: mkdir -p");
  return holds("/proc /sys /dev /run /tmp and the mount points of fstab");
}

}  // namespace

Check directories_present() {
  return {.name = "directories-present",
          .question = "Are the directories there that backups leave out and a boot needs?",
          .ask = ask,
          .needs = Needs::root};
}

}  // namespace recover::checks
