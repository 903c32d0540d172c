// Makes the recovery environment, on the healthy machine: beside the old one, configured, proven by a restore
// in a network of its own, and swapped in at the end.
#include "recover/bacula/catalog_server.hpp"
#include "recover/steps/kinds.hpp"

namespace recover::steps {
namespace {

// Without a swap the layout's environment is the one in use, which nobody may make anew in its place.
void require_swap(const StepContext& context, const char* kind) {
  if (!context.profile.makes_environment)
    throw UsageError(std::string("A playbook with ") + kind + " needs a step swap-environment as well",
                     "The environment is made beside the old one; take it from playbooks/environment.toml");
}

std::vector<Action> plan_make(const StepContext& context) {
  require_swap(context, "make-environment");
  const auto& bacula = context.profile.bacula;
  const auto& wanted = context.profile.environment;
  return {MakeEnvironment{context.layout.environment, context.layout.storage, wanted.packages,
                          bacula.configuration, bacula.catalog, wanted.from, wanted.suite, wanted.mirror,
                          wanted.stage3, duration(context, "stall", "15 min"),
                          context.layout.environment_in_use}};
}

Action copy_catalog(const StepContext& context) {
  const auto& bacula = context.profile.bacula;
  const auto& root = context.layout.environment;
  if (!bacula::is_served(bacula.catalog)) return CopyCatalog{root, bacula.configuration, bacula.client};
  return DumpCatalog{root, bacula.configuration, bacula.client, bacula.catalog};
}

std::vector<Action> plan_configure(const StepContext& context) {
  require_swap(context, "configure-environment");
  const auto& layout = context.layout;
  const auto& bacula = context.profile.bacula;
  return {ConfigureEnvironment{layout.environment, bacula.configuration, bacula.client, bacula.storage,
                               bacula.fileset, bacula.restore_job, bacula.catalog},
          copy_catalog(context),
          EquipEnvironment{layout.environment, layout.program, context.profile.file, layout.playbooks,
                           layout.libraries}};
}

std::vector<Action> plan_isolate(const StepContext&) {
  return {IsolateNetwork{}};
}

std::vector<Action> plan_prove(const StepContext& context) {
  require_swap(context, "prove-environment");
  const auto& bacula = context.profile.bacula;
  std::vector<Action> actions;
  if (bacula::is_served(bacula.catalog))
    actions.emplace_back(
        LoadCatalog{context.layout.environment, bacula.configuration, bacula.client, bacula.catalog});
  for (auto& action : start_bacula(context)) actions.push_back(std::move(action));
  ProveEnvironment prove;
  prove.request.console = console(context);
  prove.request.job = bacula.restore_job;
  prove.request.client = bacula.client;
  prove.request.storage = bacula.storage;
  prove.request.bootstrap = std::string(Layout::inside_state) + "/proof.bsr";
  prove.request.where = std::string(Layout::inside_state) + "/proof";
  prove.request.files = 1;
  prove.request.stall = duration(context, "stall", "10 min");
  prove.root = context.layout.environment;
  prove.keep = context.layout.state;
  prove.volumes = context.layout.volumes;
  prove.backup_job = bacula.backup_job;
  prove.catalog = bacula.catalog;
  prove.stamp.from = context.profile.environment.from;
  actions.emplace_back(std::move(prove));
  return actions;
}

std::vector<Action> plan_swap(const StepContext& context) {
  const auto& layout = context.layout;
  return {SwapEnvironment{layout.environment, layout.environment_in_use, layout.storage, layout.state}};
}

}  // namespace

StepKind make_environment() {
  return {"make-environment",
          "Make the tree of a new recovery environment, beside the old one",
          false,
          {{"stall", ParameterType::duration,
            "a program that makes it and says nothing for that long has failed (\"15 min\")"}},
          plan_make};
}

StepKind configure_environment() {
  return {"configure-environment",
          "Give it Bacula's configuration, without all that writes, and the catalog",
          false,
          {},
          plan_configure};
}

StepKind isolate_network() {
  return {"isolate-network",
          "Keep the network of this run to itself: the machine's Bacula runs on",
          false,
          {},
          plan_isolate};
}

StepKind prove_environment() {
  return {"prove-environment",
          "Start its Bacula, see that it can only restore, and restore one small file",
          false,
          {{"patience", ParameterType::duration, "how long its daemons may take to answer (\"60 s\")"},
           {"stall", ParameterType::duration, "no progress for that long is a failure (\"10 min\")"}},
          plan_prove};
}

StepKind swap_environment() {
  return {"swap-environment", "Put it in the old one's place, and remove that", false, {}, plan_swap};
}

}  // namespace recover::steps
