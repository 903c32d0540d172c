// Bacula itself reads the broken filesystem, as on the machine, into a volume of its own.
#include "recover/steps/kinds.hpp"

namespace recover::steps {
namespace {

BrokenPlace broken(const StepContext& context) {
  const auto& filesystem = context.profile.filesystem;
  BrokenPlace place{filesystem.uuid, {}, filesystem.devices.size(), {}, Layout::broken_tree};
  for (const auto& target : context.targets)
    if (target.device) place.devices.push_back(target.device->path);
  for (const auto& subvolume : context.profile.subvolumes)
    if (!subvolume.mount.empty()) place.subvolumes.emplace_back(subvolume.path, subvolume.mount);
  return place;
}

std::vector<Action> plan(const StepContext& context) {
  const auto& bacula = context.profile.bacula;
  const auto& layout = context.layout;
  BackUpBroken back_up;
  back_up.place = broken(context);
  const auto beside = [&](const std::optional<ProfileBootFilesystem>& filesystem,
                          const std::optional<Target>& target) {
    if (filesystem && target && !filesystem->mount.empty())
      back_up.beside.push_back({path_of(*target), filesystem->type, filesystem->mount});
  };
  beside(context.profile.boot, context.boot);
  beside(context.profile.esp, context.esp);
  back_up.environment = layout.environment;
  back_up.configuration = bacula.configuration;
  back_up.client = bacula.client;
  back_up.fileset = bacula.fileset;
  back_up.backup_job = bacula.backup_job;
  back_up.storage = bacula.storage;
  back_up.director = bacula.director;
  back_up.catalog = bacula.catalog;
  back_up.console = console(context);
  back_up.volumes = layout.volumes;
  back_up.bootstrap = layout.bootstrap;
  back_up.scratch = layout.storage + Layout::bacula_scratch;
  back_up.patience = duration(context, "patience", "60 s");
  back_up.stall = duration(context, "stall", "10 min");
  return {stop_daemons(context), back_up};
}

}  // namespace

StepKind salvage_by_bacula() {
  return {"salvage-by-bacula",
          "Let Bacula read the broken filesystem, into a volume of its own",
          false,
          {{"patience", ParameterType::duration, "how long its daemons may take to answer (\"60 s\")"},
           {"stall", ParameterType::duration, "no progress for that long is a failure (\"10 min\")"}},
          plan};
}

}  // namespace recover::steps
