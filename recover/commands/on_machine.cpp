#include "recover/commands/on_machine.hpp"

#include <algorithm>

#include "recover/error.hpp"
#include "recover/layout.hpp"
#include "recover/mount_points.hpp"
#include "recover/places.hpp"
#include "recover/probe.hpp"
#include "recover/system/files.hpp"
#include "recover/system/machine.hpp"
#include "recover/system/mount.hpp"
#include "recover/verify/canary_directory.hpp"
#include "recover/verify/places.hpp"

namespace recover::commands {
namespace {

// An ESP, or the storage volume, is often mounted only when somebody looks at it. Where the storage volume
// would be fstab says, by whatever name.
void mount_what_waits(const Profile& profile) {
  for (const auto& place : verify::places_of(profile)) (void)system::exists(verify::canary_path(place.path));
  const auto mounts = system::read_mounts();
  for (const auto& entry : read_fstab("")) {
    const bool local = entry.source.find('=') != std::string::npos || entry.source.starts_with("/dev/");
    const bool waits = std::any_of(mounts.begin(), mounts.end(), [&](const auto& mount) {
      return mount.target == entry.mount_point && mount.type == "autofs";
    });
    if (local && waits) (void)system::exists(entry.mount_point + "/.");
  }
}

}  // namespace

std::unique_ptr<OnMachine> look_at_machine(const Options& options, Look look) {
  if (!system::running_as_root())
    throw Refused(options.command + " speaks with Bacula and reads its volumes, and you are not root",
                  "Start it as root: sudo recover " + options.command);
  auto machine = std::make_unique<OnMachine>();
  machine->profile = load_profile(find_profile(options.profile));
  machine->processes = system::real_processes();
  machine->own = Layout::handed_over;
  machine->console = {{"bconsole", "-n", "-c", machine->profile.bacula.configuration + "/bconsole.conf"}};
  mount_what_waits(machine->profile);
  machine->facts = real_prober(machine->profile, "", /*kept=*/false, *machine->processes)->read(look);
  return machine;
}

}  // namespace recover::commands
