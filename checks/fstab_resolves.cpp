#include "checks/checks.hpp"

namespace recover::checks {
namespace {

Answer ask(const Profile&, const Facts& facts) {
  if (!facts.tree) return unknown("nothing is restored yet");
  if (!facts.tree->unresolved_uuids.empty())
    return fails("The restored /etc/fstab names " + facts.tree->unresolved_uuids.front() +
                     ", which no device here has",
                 "Attach that device, or correct the line in fstab before the reboot");
  return holds("all do");
}

}  // namespace

Check fstab_resolves() {
  return {.name = "fstab-resolves",
          .question = "Does every UUID in the restored fstab belong to a device that is here?",
          .ask = ask,
          .needs = Needs::root};
}

}  // namespace recover::checks
