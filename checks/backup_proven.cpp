#include "checks/checks.hpp"

namespace recover::checks {
namespace {

// Unknown, not failed, where a step can still make it: then a run may begin. What must hold before something
// is destroyed is not satisfied with that.
Answer not_yet(std::string why, std::string remedy) {
  return {Verdict::unknown, std::move(why), std::move(remedy)};
}

Answer ask(const Profile&, const Facts& facts) {
  if (!facts.backup) return not_yet("no backup is chosen yet", "The playbook must choose a backup first");
  if (!facts.proof)
    return not_yet("nothing has shown yet that the chosen backup can be restored from its volumes",
                   "Let the playbook prove it before it destroys anything: a [[step]] with uses = "
                   "\"prove-backup\", right behind the one that chooses it");
  const auto& proof = facts.proof->proof;
  if (!proof.good())
    return not_yet("the last look at the volumes found that the backup cannot be restored whole" +
                       (proof.problems.empty() ? std::string() : ": " + proof.problems.front()),
                   "Find the volumes, or choose an older backup with --as-of, and start again");
  std::vector<bacula::ProvenVolume> now;
  if (facts.storage)
    for (const auto& volume : facts.storage->volumes)
      now.push_back({volume.name, volume.modified == 0 ? -1 : volume.size, volume.modified});
  if (const auto changed = bacula::changed_since(proof, facts.proof->bootstrap, now); !changed.empty())
    return fails("The backup was proven, but " + changed,
                 "See who writes to the volumes, and stop it; then prove and restore anew with --restart");
  return holds(proof_text(proof, facts.backup->by_director));
}

}  // namespace

Check backup_proven() {
  return {.name = "backup-proven",
          .question = "Was it shown from the volumes that the chosen backup can be restored?",
          .ask = ask,
          .refuses = true,
          .before_destroying = true};
}

}  // namespace recover::checks
