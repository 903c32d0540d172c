// Every subvolume, and where the machine mounts it: as fstab says, which is its intent; where that says
// nothing, as it is mounted now.
#include <algorithm>
#include <set>

#include "recover/capture/parts.hpp"
#include "recover/capture/places.hpp"
#include "recover/system/text.hpp"

namespace recover::capture {
namespace {

using Kind = Remark::Kind;

// "/@home/" is "@home".
std::string plain(std::string path) {
  while (path.starts_with('/')) path.erase(0, 1);
  while (path.ends_with('/')) path.pop_back();
  return path;
}

bool is_on_root(const BlockDevice* device, const FilesystemFacts& root) {
  return device != nullptr &&
         (std::find(root.devices.begin(), root.devices.end(), device->path) != root.devices.end() ||
          (device->fs_type == "btrfs" && device->fs_uuid == root.uuid));
}

// The subvolume that an entry of fstab means; empty: the top level.
std::string subvolume_of(const FstabEntry& entry, const FilesystemFacts& root) {
  if (const auto path = option_value(entry.options, "subvol"); !path.empty()) return plain(path);
  const auto id = option_value(entry.options, "subvolid");
  for (const auto& subvolume : root.subvolumes) {
    if (!id.empty() && std::to_string(subvolume.id) == id) return subvolume.path;
    if (id.empty() && subvolume.is_default) return subvolume.path;
  }
  return "";
}

// TOML is UTF-8, and a line of a profile is one line.
bool can_be_written(std::string path) {
  std::erase(path, '\\');
  return system::printable(path) == path;
}

class Mounting {
 public:
  Mounting(const Sight& sight, Captured& captured) : sight_(sight), captured_(captured) {}

  void by_fstab() {
    for (const auto& entry : sight_.fstab) {
      if (entry.type != "btrfs" && entry.type != "auto") continue;
      if (!entry.mount_point.starts_with('/')) continue;
      if (!is_on_root(named_device(entry.source, sight_.devices), sight_.root)) continue;
      const auto path = subvolume_of(entry, sight_.root);
      if (path.empty()) continue;  // the top level is not made, it is there
      auto* subvolume = find(path);
      if (subvolume == nullptr) {
        captured_.say(
            Kind::absent, "subvolume",
            "fstab mounts " + path + " on " + entry.mount_point + ", but there is no such subvolume");
      } else if (!subvolume->mount.empty()) {
        captured_.say(Kind::absent, "subvolume." + path + ".mount",
                      "fstab mounts it on " + entry.mount_point + " as well");
      } else {
        subvolume->mount = entry.mount_point;
        subvolume->options = mount_options(entry.options);
        taken_.insert(entry.mount_point);
      }
    }
  }

  void by_mounts() {
    for (const auto& mount : sight_.mounts) {
      if (mount.type != "btrfs" || taken_.contains(mount.target)) continue;
      if (!is_on_root(find_device(mount.source, sight_.devices), sight_.root)) continue;
      auto* subvolume = find(plain(mount.root));
      if (subvolume == nullptr || !subvolume->mount.empty()) continue;
      subvolume->mount = mount.target;
      subvolume->options = mount_options(mount.options);
      taken_.insert(mount.target);
      captured_.say(Kind::guess, "subvolume." + subvolume->path + ".mount",
                    "it is mounted there now, but fstab does not say so");
    }
  }

  void check_root() {
    const auto* now = mount_at("/", sight_.mounts);
    const auto path = now == nullptr ? "" : plain(now->root);
    const ProfileSubvolume* root = nullptr;
    for (const auto& subvolume : captured_.profile.subvolumes)
      if (subvolume.mount == "/") root = &subvolume;
    if (root == nullptr)
      captured_.say(Kind::missing, "subvolume",
                    path.empty() ? "the root of this machine is the top level of the btrfs, not a subvolume; "
                                   "recover makes subvolumes again"
                                 : "none is mounted on /");
    else if (now != nullptr && path != root->path)
      captured_.say(Kind::guess, "subvolume." + root->path + ".mount",
                    "fstab says so, but " + path + " is mounted on / now");
  }

 private:
  ProfileSubvolume* find(const std::string& path) {
    for (auto& subvolume : captured_.profile.subvolumes)
      if (subvolume.path == path) return &subvolume;
    return nullptr;
  }

  const Sight& sight_;
  Captured& captured_;
  std::set<std::string> taken_;  // mount points
};

}  // namespace

void conclude_subvolumes(const Sight& sight, Captured& captured) {
  for (const auto& found : sight.root.subvolumes) {
    if (!can_be_written(found.path)) {
      captured.say(Kind::absent, "subvolume",
                   "the subvolume " + system::printable(found.path) + " has a name that no profile can hold");
      continue;
    }
    captured.profile.subvolumes.push_back(
        {found.path, "", "rw", found.is_default, found.no_cow, found.read_only, found.snapshot});
  }
  Mounting mounting(sight, captured);
  mounting.by_fstab();
  mounting.by_mounts();
  mounting.check_root();
}

}  // namespace recover::capture
