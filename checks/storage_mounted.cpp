#include "checks/checks.hpp"
#include "recover/system/text.hpp"

namespace recover::checks {
namespace {

Answer ask(const Profile& profile, const Facts& facts) {
  if (!facts.storage)
    return fails("The storage volume with the UUID " + profile.storage.uuid + " is not mounted",
                 (profile.storage.volume.empty()
                      ? "Mount it: "
                      : "Activate and mount it: lvchange --activate y " + profile.storage.volume + "; ") +
                     "mount UUID=" + profile.storage.uuid + " /mnt/storage");
  if (!facts.storage->writable)
    return fails("The storage volume at " + facts.storage->mount_point + " is mounted read-only",
                 "The journal is kept on it, and Bacula works in it: mount -o remount,rw " +
                     facts.storage->mount_point);
  return holds(facts.storage->device + " at " + facts.storage->mount_point + ", " +
               system::human_bytes(facts.storage->free_bytes) + " free");
}

}  // namespace

Check storage_mounted() {
  return {.name = "storage-mounted", .question = "Is the storage volume mounted, and writable?", .ask = ask};
}

}  // namespace recover::checks
