// The filesystems besides the btrfs that the machine boots by: a separate /boot, and the ESP.
#include "recover/error.hpp"
#include "recover/steps/kinds.hpp"

namespace recover::steps {
namespace {

std::string without(std::string text, char gone) {
  std::erase(text, gone);
  return text;
}

// mkfs.vfat(8). The UEFI specification (2.10, 13.3) has FAT32 on a system partition; below 33 MiB that is too
// small for the number of clusters that FAT32 must have.
std::vector<std::string> make_fat(const ProfileBootFilesystem& filesystem, const Target& target) {
  const bool small = target.device && target.device->size < (36 << 20);
  std::vector<std::string> argv{"mkfs.vfat", "-F", small ? "16" : "32", "-i", without(filesystem.uuid, '-')};
  if (!filesystem.label.empty()) argv.insert(argv.end(), {"-n", filesystem.label});
  return argv;
}

std::vector<std::string> make_xfs(const ProfileBootFilesystem& filesystem) {
  std::vector<std::string> argv{"mkfs.xfs", "-m", "uuid=" + filesystem.uuid};
  if (!filesystem.label.empty()) argv.insert(argv.end(), {"-L", filesystem.label});
  return argv;
}

std::vector<std::string> make_ext(const ProfileBootFilesystem& filesystem) {
  std::vector<std::string> argv{"mkfs." + filesystem.type, "-q", "-U", filesystem.uuid};
  if (!filesystem.label.empty()) argv.insert(argv.end(), {"-L", filesystem.label});
  return argv;
}

void make_if_lost(const std::optional<ProfileBootFilesystem>& filesystem, const std::optional<Target>& target,
                  std::vector<Action>& actions) {
  // One that is there is not even planned: what is shown to the operator is all that can be erased.
  if (!filesystem || !target || (target->device && !target->device->fs_type.empty())) return;
  auto argv = filesystem->type == "vfat"  ? make_fat(*filesystem, *target)
              : filesystem->type == "xfs" ? make_xfs(*filesystem)
                                          : make_ext(*filesystem);
  const auto device = path_of(*target);
  argv.push_back(device);
  actions.emplace_back(MakeIfLost{device, filesystem->type, filesystem->uuid, std::move(argv)});
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
