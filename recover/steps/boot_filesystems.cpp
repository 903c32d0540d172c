// The filesystems besides the btrfs that the machine boots by: a separate /boot, and the ESP.
#include "recover/error.hpp"
#include "recover/steps/kinds.hpp"

namespace recover::steps {
namespace {

void make_if_lost(const std::optional<ProfileBootFilesystem>& filesystem, const std::optional<Target>& target,
                  std::vector<Action>& actions) {
  // One that is there is not even planned: what is shown to the operator is all that can be erased.
  if (!is_made_again(filesystem, target)) return;
  const auto device = path_of(*target);
  auto identity = identity_of(*target);
  identity.content.reset();  // what is half made has some
  actions.emplace_back(MakeIfLost{device, filesystem->type, filesystem->uuid,
                                  mkfs_boot(*filesystem, device, target->device ? target->device->size : 0),
                                  std::move(identity), target->device && target->device->half_made});
}

// The backup may hold files of the ESP. They were restored into the directory that it is mounted over.
std::vector<Action> plan_fill(const StepContext& context) {
  const auto& esp = required(context.profile.esp, "esp", context);
  const std::string scratch = Layout::esp_scratch;
  return {MakeDirectory{esp.mount, {}, context.layout.target}, MakeDirectory{scratch, 0700},
          Mount{path_of(*context.esp), scratch, "vfat", "rw"},
          FillEsp{context.layout.target, esp.mount, scratch}, Unmount{scratch}};
}

std::vector<Action> plan_mount(const StepContext& context) {
  const auto& esp = required(context.profile.esp, "esp", context);
  return {Mount{path_of(*context.esp), context.layout.target + esp.mount, "vfat", written_to(esp.options)}};
}

}  // namespace

bool is_made_again(const std::optional<ProfileBootFilesystem>& filesystem,
                   const std::optional<Target>& target) {
  return filesystem && target && !(target->device && !target->device->fs_type.empty());
}

std::string written_to(const std::string& options) {
  std::string written;
  for (std::size_t at = 0; at <= options.size();) {
    const auto end = std::min(options.find(',', at), options.size());
    const auto option = options.substr(at, end - at);
    written += (written.empty() ? "" : ",") + (option == "ro" ? std::string("rw") : option);
    at = end + 1;
  }
  return written;
}

void make_lost_boot_filesystems(const StepContext& context, std::vector<Action>& actions) {
  make_if_lost(context.profile.boot, context.boot, actions);
  make_if_lost(context.profile.esp, context.esp, actions);
}

StepKind fill_esp() {
  return {"fill-esp",
          "Put what the backup holds of the ESP onto it, where files are missing",
          false,
          {},
          plan_fill};
}

StepKind mount_esp() {
  return {"mount-esp", "Mount the ESP", false, {}, plan_mount};
}

}  // namespace recover::steps
