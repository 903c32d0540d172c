#include "checks/checks.hpp"

#include <algorithm>

#include "recover/system/text.hpp"

namespace recover::checks {
namespace {

bool is_foreign(const BootMenuEntry& entry, const Profile& profile, const Facts& facts) {
  const auto& uuid = entry.filesystem;
  if (uuid.empty() || system::same_uuid(uuid, profile.filesystem.uuid) ||
      system::same_uuid(uuid, profile.filesystem.uuid_to_make()))
    return false;
  for (const auto& other : {profile.boot, profile.esp})
    if (other && system::same_uuid(uuid, other->uuid)) return false;
  return std::any_of(facts.devices.begin(), facts.devices.end(),
                     [&](const auto& device) { return system::same_uuid(device.fs_uuid, uuid); });
}

}  // namespace

std::vector<BootMenuEntry> own_entries(const Profile& profile, const Facts& facts) {
  std::vector<BootMenuEntry> own;
  for (const auto& entry : facts.boot->menu)
    if (!is_foreign(entry, profile, facts)) own.push_back(entry);
  return own;
}

std::string in_restored_root(const Profile& profile, const Facts& facts) {
  if (!facts.storage) return "chroot ROOT";
  return "chroot " + facts.storage->mount_point + "/" + profile.storage.environment + Layout::inside_target;
}

}  // namespace recover::checks
