// Makes the filesystem of the profile again, with its UUID and its subvolumes, and with it whatever else of
// the machine's own filesystems is lost: all that erases is one step, with one question. One step, because
// each part wants the whole before it: half done, it is done again from the start.
#include <algorithm>

#include "recover/steps/kinds.hpp"
#include "recover/system/text.hpp"

namespace recover::steps {
namespace {

// Parents first: a path is longer than that of the subvolume it lies in.
std::vector<ProfileSubvolume> parents_first(std::vector<ProfileSubvolume> subvolumes) {
  std::stable_sort(subvolumes.begin(), subvolumes.end(),
                   [](const auto& a, const auto& b) { return a.path.size() < b.path.size(); });
  return subvolumes;
}

void make_subvolume(const ProfileSubvolume& subvolume, std::vector<Action>& actions) {
  const auto path = std::string(Layout::top_level) + "/" + subvolume.path;
  if (const auto slash = subvolume.path.rfind('/'); slash != std::string::npos)
    actions.emplace_back(
        Command{{"mkdir", "-p", std::string(Layout::top_level) + "/" + subvolume.path.substr(0, slash)}});
  actions.emplace_back(Command{{"btrfs", "subvolume", "create", path}});
  // Only files made after it are spared copy-on-write (chattr(1)): while it is empty.
  if (subvolume.no_cow) actions.emplace_back(Command{{"chattr", "+C", path}});
  if (subvolume.is_default) actions.emplace_back(Command{{"btrfs", "subvolume", "set-default", path}});
}

std::vector<Action> plan(const StepContext& context) {
  std::vector<std::string> devices;
  for (const auto& target : context.targets) devices.push_back(path_of(target));
  std::vector<Action> actions;
  make_partition_tables(context, actions);
  std::vector<DeviceIdentity> emptied;
  for (const auto& target : context.targets) {
    // mkfs.btrfs refuses a UUID that it still finds, on the same device too; the old superblock goes first.
    actions.emplace_back(Erase{{"wipefs", "--all", path_of(target)}, {identity_of(target)}});
    emptied.push_back(wiped(identity_of(target)));
  }
  actions.emplace_back(Erase{mkfs_btrfs(context.profile.filesystem, devices), emptied});
  announce_devices(context, actions);
  make_lost_boot_filesystems(context, actions);
  for (const auto& more : {context.esp, context.boot})
    if (more) devices.push_back(path_of(*more));
  actions.emplace_back(SettleDevices{devices});
  actions.emplace_back(MakeDirectory{Layout::top_level, 0700});
  actions.emplace_back(Mount{devices.front(), Layout::top_level, "btrfs", "subvolid=5"});
  for (const auto& subvolume : parents_first(context.profile.subvolumes))
    if (subvolume.is_made()) make_subvolume(subvolume, actions);
  actions.emplace_back(Unmount{Layout::top_level});
  return actions;
}

}  // namespace

StepKind make_btrfs() {
  return {"make-btrfs", "Make the btrfs again, and ESP and /boot where they are lost", true, {}, plan};
}

}  // namespace recover::steps
