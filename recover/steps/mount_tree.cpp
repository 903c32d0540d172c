// Mounts the subvolumes, and a separate /boot, as the machine had them, below the recovery environment, where
// the restore can reach them.
#include <algorithm>

#include "recover/steps/kinds.hpp"

namespace recover::steps {

void announce_devices(const StepContext& context, std::vector<Action>& actions) {
  if (context.targets.size() < 2) return;
  ScanDevices scan;
  for (const auto& target : context.targets) scan.devices.push_back(path_of(target));
  actions.emplace_back(scan);
}

namespace {

struct Part {
  std::string mount;
  Mount how;  // its target is left open
};

std::vector<Part> parts_of(const StepContext& context) {
  std::vector<Part> parts;
  const auto device = path_of(context.targets.front());
  for (const auto& subvolume : context.profile.subvolumes)
    if (!subvolume.mount.empty())
      parts.push_back({subvolume.mount,
                       {device, "", "btrfs", written_to(subvolume.options) + ",subvol=" + subvolume.path}});
  if (const auto& boot = context.profile.boot)
    parts.push_back({boot->mount, {path_of(*context.boot), "", boot->type, written_to(boot->options)}});
  std::stable_sort(parts.begin(), parts.end(),
                   [](const auto& a, const auto& b) { return a.mount.size() < b.mount.size(); });
  return parts;
}

std::string below(const std::string& root, const std::string& mount) {
  return mount == "/" ? root : root + mount;
}

std::vector<Action> plan_writable(const StepContext& context) {
  const auto& root = context.layout.target;
  std::vector<Action> actions{MakeDirectory{root}};
  announce_devices(context, actions);
  for (auto& part : parts_of(context)) {
    if (part.mount != "/") actions.emplace_back(MakeDirectory{part.mount, {}, root});
    part.how.target = below(root, part.mount);
    actions.emplace_back(part.how);
  }
  return actions;
}

// The whole tree read-only, but for the named directories: mounted where no program of the tree looks, and
// bound from there.
std::vector<Action> plan_guarded(const StepContext& context, const std::vector<std::string>& writable) {
  const auto& root = context.layout.target;
  const std::string hidden = Layout::hidden_tree;
  std::vector<Action> actions{MakeDirectory{root}, MakeDirectory{hidden, 0700}};
  announce_devices(context, actions);
  for (auto& part : parts_of(context)) {
    part.how.target = below(hidden, part.mount);
    actions.emplace_back(part.how);
  }
  for (const auto& part : parts_of(context))
    actions.emplace_back(Mount{below(hidden, part.mount), below(root, part.mount), "", "bind,ro"});
  const auto on_esp = [&](const std::string& directory) {
    return context.profile.esp && directory.starts_with(context.profile.esp->mount + "/");
  };
  for (const auto& directory : writable)
    if (!directory.empty() && !on_esp(directory))
      actions.emplace_back(Mount{hidden + directory, root + directory, "", "bind"});
  return actions;
}

std::vector<Action> plan(const StepContext& context) {
  const auto writable = context.texts_or("writable", {});
  return writable.empty() ? plan_writable(context) : plan_guarded(context, writable);
}

}  // namespace

StepKind mount_tree() {
  return {"mount-tree",
          "Mount its subvolumes as the machine had them",
          false,
          {{"writable", ParameterType::texts,
            "everything is mounted read-only, but these directories (all is writable)"}},
          plan};
}

}  // namespace recover::steps
