// Makes the recovery environment on the storage volume fit to chroot into: its kernel filesystems, and the
// volumes read-only, so that nothing that runs there can write a backup whatever its configuration says.
#include "recover/steps/kinds.hpp"

namespace recover::steps {
namespace {

std::vector<Action> plan(const StepContext& context) {
  const auto& environment = context.layout.environment;
  std::vector<Action> actions;
  // What copied the environment may have left them out, as backups do.
  for (const auto* point : {"/proc", "/sys", "/dev", "/run", "/tmp"})
    actions.emplace_back(MakeDirectory{point, {}, environment});
  const std::vector<Action> mounts{
      Mount{"proc", environment + "/proc", "proc", ""},
      Mount{"sysfs", environment + "/sys", "sysfs", "ro"},
      Mount{"/dev", environment + "/dev", "", "bind"},
      Mount{"tmpfs", environment + "/run", "tmpfs", "mode=0755"},
      Mount{"tmpfs", environment + "/tmp", "tmpfs", "mode=1777"},
  };
  actions.insert(actions.end(), mounts.begin(), mounts.end());
  for (const auto& directory : context.texts_or("directories", {"/run/bacula"}))
    actions.emplace_back(MakeDirectory{directory, 0755, environment});
  const auto state = environment + Layout::inside_state;
  const auto volumes = environment + context.profile.bacula.archive_device;
  actions.insert(actions.end(), {
                                    MakeDirectory{context.layout.state, 0700},
                                    MakeDirectory{state, 0700},
                                    Mount{context.layout.state, state, "", "bind"},
                                    MakeDirectory{volumes},
                                    Mount{context.layout.volumes, volumes, "", "bind,ro"},
                                });
  return actions;
}

}  // namespace

StepKind enter_environment() {
  return {"enter-environment",
          "Enter the recovery environment, with the Bacula volumes read-only",
          false,
          {{"directories", ParameterType::texts,
            "directories that its daemons want below /run or /tmp, which are empty there (\"/run/bacula\")"}},
          plan};
}

}  // namespace recover::steps
