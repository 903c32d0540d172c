// The two ways to bring the files back. Both read the bootstrap file that was kept before the first write,
// and both begin with an empty tree: over a half-restored one, ACLs would be inherited twice.
#include "recover/steps/kinds.hpp"

namespace recover::steps {
namespace {

EmptyTree empty_tree(const StepContext& context) {
  EmptyTree tree{context.layout.target, context.profile.filesystem.uuid_to_make(), {}};
  if (context.profile.boot) tree.spared.push_back(context.profile.boot->mount);
  return tree;
}

std::string kept_bootstrap() {
  return std::string(Layout::inside_state) + "/backup.bsr";
}

std::vector<Action> plan_director(const StepContext& context) {
  const auto& bacula = context.profile.bacula;
  auto actions = start_bacula(context);
  actions.emplace_back(empty_tree(context));
  bacula::RestoreRequest request;
  request.console = console(context);
  request.job = bacula.restore_job;
  request.client = bacula.client;
  request.storage = bacula.storage;
  request.bootstrap = kept_bootstrap();
  request.where = Layout::inside_target;
  request.stall = duration(context, "stall", "10 min");
  actions.emplace_back(RestoreByDirector{request, context.layout.state});
  return actions;
}

std::vector<Action> plan_bextract(const StepContext& context) {
  bacula::ExtractRequest request;
  request.argv = bextract(context, "backup.bsr", Layout::inside_target);
  request.stall = duration(context, "stall", "10 min");
  return {stop_daemons(context), empty_tree(context),
          ExtractVolumes{request, context.layout.state, context.layout.target},
          NameLosses{context.layout.volumes, context.layout.state, context.layout.target}};
}

}  // namespace

StepKind restore_by_director() {
  return {"restore-by-director",
          "Restore by bconsole, and watch the job to its real end",
          false,
          {{"patience", ParameterType::duration, "how long the daemons may take to answer (\"60 s\")"},
           {"stall", ParameterType::duration, "no progress for that long is a failure (\"10 min\")"}},
          plan_director};
}

StepKind restore_by_bextract() {
  return {
      "restore-by-bextract",
      "Restore by bextract, and name what it cannot bring back",
      false,
      {{"stall", ParameterType::duration, "neither said nor read for that long is a failure (\"10 min\")"}},
      plan_bextract};
}

}  // namespace recover::steps
