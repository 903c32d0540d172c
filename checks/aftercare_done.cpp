#include "checks/checks.hpp"
#include "recover/system/text.hpp"

namespace recover::checks {
namespace {

Answer ask(const Profile&, const Facts& facts) {
  if (!facts.aftercare) return unknown("nobody has looked at snapper and Docker");
  std::vector<std::string> left;
  for (const auto& loss : facts.aftercare->snapper)
    left.push_back("snapper's configuration \"" + system::printable(loss.config) +
                   "\" is without its subvolume " + system::printable(loss.snapshots));
  if (facts.aftercare->docker_layers > 0)
    left.push_back("Docker is without " + std::to_string(facts.aftercare->docker_layers) +
                   " subvolumes of its image layers");
  if (left.empty()) return holds("snapper and Docker miss no subvolume");
  return fails(system::joined(left, "; "), "recover --playbook aftercare proposes how to mend it");
}

}  // namespace

Check aftercare_done() {
  return {.name = "aftercare-done",
          .question = "Have snapper and Docker all the subvolumes that they know of?",
          .ask = ask,
          .only_after_a_step = true,
          .only_told = true};
}

}  // namespace recover::checks
