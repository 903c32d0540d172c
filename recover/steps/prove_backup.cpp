// Reads the volumes where the kept bootstrap file points, before anything is destroyed. The Director, where
// it runs, only tells names.
#include "recover/steps/kinds.hpp"

namespace recover::steps {
namespace {

std::vector<Action> plan(const StepContext& context) {
  return {ProveBackup{{.keep = context.layout.state,
                       .volumes = context.layout.volumes,
                       .full = context.text_or("depth", "quick") == "full",
                       .console = console(context),
                       .catalog_kind = context.profile.bacula.catalog}}};
}

}  // namespace

StepKind prove_backup() {
  return {
      "prove-backup",
      "Prove from the volumes that the backup can be restored",
      false,
      {{"depth", ParameterType::depth, "\"quick\": the ends of each range; \"full\": all of it (\"quick\")"}},
      plan};
}

}  // namespace recover::steps
