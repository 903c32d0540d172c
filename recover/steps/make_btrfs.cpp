// Makes the filesystem of the profile again, with its UUID and its subvolumes, and with it whatever else of
// the machine's own filesystems is lost: all that erases is one step, with one question. One step, because
// each part wants the whole before it: half done, it is done again from the start.
#include <algorithm>

#include "recover/steps/kinds.hpp"
#include "recover/system/text.hpp"

namespace recover::steps {
namespace {

// mkfs.btrfs(8), "FILESYSTEM FEATURES": those that can be changed on a mounted filesystem are "runtime
// features", with an option of their own before btrfs-progs 6.3.
bool is_runtime_feature(const std::string& feature) {
  return feature == "free-space-tree" || feature == "quota";
}

void add_features(const std::vector<std::string>& features, std::vector<std::string>& argv) {
  std::vector<std::string> fixed, runtime;
  for (const auto& feature : features) (is_runtime_feature(feature) ? runtime : fixed).push_back(feature);
  if (!fixed.empty()) argv.insert(argv.end(), {"--features", system::joined(fixed, ",")});
  if (!runtime.empty()) argv.insert(argv.end(), {"--runtime-features", system::joined(runtime, ",")});
}

Command make_filesystem(const ProfileFilesystem& filesystem, const std::vector<std::string>& devices) {
  Command mkfs{{"mkfs.btrfs", "--force", "--uuid", filesystem.uuid_to_make()}};
  auto& argv = mkfs.argv;
  if (!filesystem.label.empty()) argv.insert(argv.end(), {"--label", filesystem.label});
  argv.insert(argv.end(), {"--data", filesystem.data, "--metadata", filesystem.metadata});
  argv.insert(argv.end(), {"--checksum", filesystem.checksum});
  argv.insert(argv.end(), {"--nodesize", std::to_string(filesystem.node_size)});
  argv.insert(argv.end(), {"--sectorsize", std::to_string(filesystem.sector_size)});
  add_features(filesystem.features, argv);
  argv.insert(argv.end(), devices.begin(), devices.end());
  return mkfs;
}

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
  for (const auto& device : devices) {
    // mkfs.btrfs refuses a UUID that it still finds, on the same device too; the old superblock goes first.
    actions.emplace_back(Command{{"wipefs", "--all", device}});
  }
  actions.emplace_back(make_filesystem(context.profile.filesystem, devices));
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
