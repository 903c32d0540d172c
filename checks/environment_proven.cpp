#include "checks/checks.hpp"
#include "recover/system/text.hpp"

namespace recover::checks {
namespace {

Answer ask(const Profile& profile, const Facts& facts) {
  if (!facts.storage) return unknown("the storage volume is not mounted");
  const auto& stamp = facts.storage->stamp;
  if (!stamp)
    return fails("The recovery environment at " + facts.storage->mount_point + "/" +
                     profile.storage.environment + " says nothing of a proof: it was not made by recover",
                 "On the healthy machine: recover --playbook environment");
  return holds("made " + system::printable(stamp->made) + " from " + system::printable(stamp->from) +
               ", Bacula " + system::printable(stamp->bacula) + "; it has restored " +
               system::printable(stamp->file) + " of job " + std::to_string(stamp->job));
}

}  // namespace

Check environment_proven() {
  return {.name = "environment-proven",
          .question = "Was the recovery environment made by recover, and has it restored a file?",
          .ask = ask,
          .only_after_a_step = true};
}

}  // namespace recover::checks
