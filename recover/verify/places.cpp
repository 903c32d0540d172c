#include "recover/verify/places.hpp"

#include <algorithm>

#include "recover/system/text.hpp"

namespace recover::verify {
namespace {

// Where a subvolume that is not mounted by itself is reached, through the nearest mounted one above it.
std::string path_below(const Profile& profile, const ProfileSubvolume& subvolume) {
  const ProfileSubvolume* nearest = nullptr;
  for (const auto& above : profile.subvolumes)
    if (!above.mount.empty() && subvolume.path.starts_with(above.path + "/") &&
        (nearest == nullptr || above.path.size() > nearest->path.size()))
      nearest = &above;
  if (nearest == nullptr) return "";
  const auto rest = subvolume.path.substr(nearest->path.size());
  return nearest->mount == "/" ? rest : nearest->mount + rest;
}

std::vector<Place> all_places(const Profile& profile) {
  std::vector<Place> places;
  const auto& root = profile.filesystem.uuid_to_make();
  for (const auto& subvolume : profile.subvolumes) {
    if (!subvolume.is_made()) continue;
    const bool mounted = !subvolume.mount.empty();
    const auto path = mounted ? subvolume.mount : path_below(profile, subvolume);
    if (path.empty()) continue;  // nobody who uses the machine sees it
    places.push_back(
        {path, "subvolume " + subvolume.path, subvolume.path, root, mounted, subvolume.read_only});
  }
  if (profile.boot)
    places.push_back({profile.boot->mount, "boot filesystem", "", profile.boot->uuid, true, false});
  if (profile.esp) places.push_back({profile.esp->mount, "ESP", "", profile.esp->uuid, true, false});
  return places;
}

bool is_named(const Place& place, const std::string& name) {
  return name == place.path || (!place.subvolume.empty() && name == place.subvolume);
}

std::string options_of(const std::string& mount) {
  return "Mount it as /etc/fstab says: mount " + mount;
}

bool lies_in(const std::string& path, const std::string& directory) {
  return directory == "/" || path == directory || path.starts_with(directory + "/");
}

// The one that the path is reached through. The last mount on a point is the one that is seen: an automount
// lies beneath what it has mounted.
const MountPoint* mount_over(const std::string& path, const Facts& facts) {
  const MountPoint* nearest = nullptr;
  for (const auto& mount : facts.mounts)
    if (lies_in(path, mount.target) && (nearest == nullptr || mount.target.size() >= nearest->target.size()))
      nearest = &mount;
  return nearest;
}

bool has_option(const std::string& options, const std::string& name) {
  return ("," + options + ",").find("," + name + ",") != std::string::npos;
}

}  // namespace

std::vector<Place> places_of(const Profile& profile) {
  auto places = all_places(profile);
  std::erase_if(places, [&](const Place& place) {
    return std::any_of(profile.verify.left_out.begin(), profile.verify.left_out.end(),
                       [&](const auto& name) { return is_named(place, name); });
  });
  return places;
}

std::vector<Place> with_fstab(std::vector<Place> places, const std::vector<FstabEntry>& fstab) {
  for (auto& place : places) {
    const FstabEntry* nearest = nullptr;
    for (const auto& entry : fstab)
      if (lies_in(place.path, entry.mount_point) &&
          (nearest == nullptr || entry.mount_point.size() >= nearest->mount_point.size()))
        nearest = &entry;
    place.read_only |= nearest != nullptr && has_option(nearest->options, "ro");
  }
  return places;
}

std::vector<std::string> unknown_left_out(const Profile& profile) {
  const auto places = all_places(profile);
  std::vector<std::string> unknown;
  for (const auto& name : profile.verify.left_out)
    if (std::none_of(places.begin(), places.end(), [&](const auto& place) { return is_named(place, name); }))
      unknown.push_back(name);
  return unknown;
}

std::string absent(const Place& place, const Facts& facts) {
  if (!place.mounted) return "";
  const auto* mount = mount_over(place.path, facts);
  if (mount == nullptr || mount->target != place.path)
    return "The " + place.what + " is not mounted on " + place.path + ". " + options_of(place.path);
  const auto device = std::find_if(facts.devices.begin(), facts.devices.end(),
                                   [&](const auto& one) { return one.path == mount->source; });
  const auto uuid = device == facts.devices.end() ? "" : device->fs_uuid;
  if (!system::same_uuid(uuid, place.uuid))
    return "On " + place.path + " is the filesystem " + (uuid.empty() ? "of " + mount->source : uuid) +
           ", not the " + place.what + " of " + place.uuid + ". " + options_of(place.path);
  if (!place.subvolume.empty() && mount->root != "/" + place.subvolume)
    return "On " + place.path + " is " + mount->root + ", not the " + place.what + ". " +
           options_of(place.path);
  if (!place.read_only && has_option(mount->options, "ro"))
    return place.path +
           " is mounted read-only, and /etc/fstab does not say so: the kernel may have met an error there. "
           "Look at dmesg, then: mount -o remount,rw " +
           place.path;
  return "";
}

}  // namespace recover::verify
