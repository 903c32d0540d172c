#include "checks/checks.hpp"
#include "recover/system/text.hpp"

namespace recover::checks {
namespace {

Answer ask(const Profile&, const Facts& facts) {
  if (!facts.gate) return unknown("the journals of recoveries have not been asked");
  if (facts.gate->open.empty()) return holds("no recovery on record here waits for its backup");
  return fails("No backup has verified yet since the recovery of " + system::joined(facts.gate->open, ", "),
               "First finish it: recover verify-backup");
}

}  // namespace

Check gate_closed() {
  return {.name = "gate-closed",
          .question = "Is every recovery on record here finished by a verified backup?",
          .ask = ask,
          .needs = Needs::gate};
}

}  // namespace recover::checks
