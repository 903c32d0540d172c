#include "checks/checks.hpp"
#include "recover/system/text.hpp"

namespace recover::checks {
namespace {

Answer ask(const Profile&, const Facts& facts) {
  if (!facts.losses) return unknown("the journal of the recovery has not been asked");
  const auto& losses = *facts.losses;
  if (losses.files == 0) return holds("no file is listed as degraded");
  return fails(
      std::to_string(losses.files) + " losses are left, among them: " + system::joined(losses.examples, "; "),
      "On the restored machine: recover --playbook repair. What that leaves it names with its reason");
}

}  // namespace

Check losses_repaired() {
  return {.name = "losses-repaired",
          .question = "Is everything repaired that the fallback could not bring back?",
          .ask = ask,
          .needs = Needs::losses,
          .only_told = true};
}

}  // namespace recover::checks
