// On the restored machine, by its own Director: what the fallback could not bring back. Asked from the
// backup that the recovery came from, since a newer one has seen the files without it.
#include "recover/steps/kinds.hpp"

namespace recover::steps {
namespace {

std::string restored() {
  return std::string(Layout::repair_scratch) + "/files";
}

Command remove_scratch() {
  return {{"rm", "--recursive", "--force", "--one-file-system", Layout::repair_scratch,
           Layout::repair_bootstraps}};
}

std::vector<Action> plan_restore(const StepContext& context) {
  const auto& bacula = context.profile.bacula;
  bacula::RestoreRequest request;
  request.console = {{"bconsole", "-n", "-c", configuration(context, "bconsole.conf")}};
  request.job = bacula.restore_job;
  request.client = bacula.client;
  request.storage = bacula.storage;
  request.bootstrap = std::string(Layout::repair_bootstraps) + "/lost.bsr";
  request.where = restored();
  request.stall = duration(context, "stall", "10 min");
  // A half-restored one would have its ACLs inherited twice.
  return {remove_scratch(), MakeDirectory{Layout::repair_scratch, 0700},
          MakeDirectory{Layout::repair_bootstraps, 0755},
          RestoreLost{context.layout.storage, context.layout.volumes, request}};
}

std::vector<Action> plan_mend(const StepContext& context) {
  return {MendFiles{context.layout.storage, restored()}, remove_scratch()};
}

}  // namespace

StepKind restore_lost_files() {
  return {"restore-lost-files",
          "Restore what is listed as degraded to a scratch directory",
          false,
          {{"stall", ParameterType::duration, "no progress for that long is a failure (\"10 min\")"}},
          plan_restore};
}

StepKind mend_files() {
  return {
      "mend-files", "Mend the files from there, over nothing that was changed since", false, {}, plan_mend};
}

}  // namespace recover::steps
