#include "checks/checks.hpp"
#include "recover/system/text.hpp"

namespace recover::checks {
namespace {

Answer ask(const Profile& profile, const Facts& facts) {
  if (!facts.backup || facts.backup->bytes == 0) return unknown("how large the backup is is not known yet");
  std::int64_t room = 0;
  for (const auto& target : find_targets(profile, facts)) {
    if (!target.device) return unknown("the disk " + target.disk.name + " was not found");
    room += target.device->size;
  }
  // A raid1 of either kind holds everything at least twice.
  if (profile.filesystem.data.starts_with("raid1")) room /= 2;
  if (facts.backup->bytes > room)
    return fails("The backup holds " + system::human_bytes(facts.backup->bytes) + ", but the target has room for " +
                     system::human_bytes(room),
                 "Restore to a larger disk");
  return holds(system::human_bytes(facts.backup->bytes) + " into " + system::human_bytes(room));
}

}  // namespace

Check backup_fits() {
  return {"backup-fits", "Is the target large enough for the backup?", ask, Needs::nothing, /*refuses=*/true};
}

}  // namespace recover::checks
