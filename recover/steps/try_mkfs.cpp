// Makes on sparse files in memory what make-btrfs will make on the disks: a feature that this mkfs does not
// know would else be found when the old filesystem is gone.
#include "recover/steps/kinds.hpp"

namespace recover::steps {
namespace {

std::string file_path(const std::string& name) {
  return std::string(Layout::mkfs_scratch) + "/" + name;
}

void try_btrfs(const StepContext& context, std::vector<Action>& actions) {
  TryMkfs action{Layout::mkfs_scratch, {}, "btrfs", {}};
  std::vector<std::string> paths;
  for (const auto& target : context.targets) {
    if (!target.device) return;  // target-found refuses
    action.files.emplace_back("root-" + std::to_string(action.files.size()), target.device->size);
    paths.push_back(file_path(action.files.back().first));
  }
  // Without its UUID: mkfs.btrfs takes none that it finds on another device, and the old one still has it.
  auto filesystem = context.profile.filesystem;
  filesystem.uuid.clear();
  filesystem.new_uuid.clear();
  action.argv = mkfs_btrfs(filesystem, paths);
  actions.emplace_back(std::move(action));
}

void try_boot(const std::string& name, const std::optional<ProfileBootFilesystem>& filesystem,
              const std::optional<Target>& target, std::vector<Action>& actions) {
  if (!is_made_again(filesystem, target) || !target->device) return;
  const auto size = target->device->size;
  actions.emplace_back(TryMkfs{
      Layout::mkfs_scratch, {{name, size}}, filesystem->type, mkfs_boot(*filesystem, file_path(name), size)});
}

std::vector<Action> plan(const StepContext& context) {
  std::vector<Action> actions;
  try_btrfs(context, actions);
  try_boot("boot", context.profile.boot, context.boot, actions);
  try_boot("esp", context.profile.esp, context.esp, actions);
  return actions;
}

}  // namespace

StepKind try_mkfs() {
  return {"try-mkfs", "Try mkfs with these options on a file, before anything is erased", false, {}, plan};
}

}  // namespace recover::steps
