#include "checks/checks.hpp"
#include "recover/system/text.hpp"

namespace recover::checks {
namespace {

Answer ask(const Profile&, const Facts& facts) {
  if (!facts.storage) return unknown("the storage volume is not mounted");
  const auto& storage = *facts.storage;
  if (!storage.problem.empty())
    return unknown("which volumes are needed is not known yet: " + storage.problem);
  if (storage.volumes.empty()) return unknown("which volumes are needed is not known yet");
  std::int64_t bytes = 0;
  for (const auto& volume : storage.volumes) {
    if (!volume.problem.empty() && !facts.backup)
      return unknown(volume.problem +
                     "; the newest backup needs it, and whether the one that will be chosen does is not "
                     "known yet");
    if (!volume.problem.empty())
      return fails(volume.problem,
                   "Without it the files on it cannot come back. Find the volume, or choose an older "
                   "backup with --as-of");
    bytes += volume.size;
  }
  return holds(std::to_string(storage.volumes.size()) + " volumes, " + system::human_bytes(bytes));
}

}  // namespace

Check volumes_readable() {
  return {.name = "volumes-readable",
          .question = "Are all volumes there that the restore reads, with the right labels?",
          .ask = ask,
          .refuses = true,
          .before_destroying = true};
}

}  // namespace recover::checks
