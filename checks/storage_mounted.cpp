#include "checks/checks.hpp"
#include "recover/system/text.hpp"

namespace recover::checks {
namespace {

// Journal, bootstrap and the list of the backup's files, and what Bacula writes on the side. Without it a run
// ends anyway, and not always where it costs nothing. Of what is called free ext4 keeps 16 MiB for itself
// (fs/ext4/super.c, ext4_calculate_resv_clusters), btrfs often more.
constexpr std::int64_t least_room = 64 * 1024 * 1024;  // bytes

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
  if (facts.storage->free_bytes < least_room)
    return fails("The storage volume at " + facts.storage->mount_point +
                     " is full: " + system::human_bytes(facts.storage->free_bytes) + " free",
                 "The journal is kept on it, and Bacula works in it. Make room, " +
                     system::human_bytes(least_room) + " at least, but delete no Bacula volume");
  return holds(facts.storage->device + " at " + facts.storage->mount_point + ", " +
               system::human_bytes(facts.storage->free_bytes) + " free");
}

}  // namespace

Check storage_mounted() {
  return {.name = "storage-mounted",
          .question = "Is the storage volume mounted and writable, with room for the journal?",
          .ask = ask};
}

}  // namespace recover::checks
