// Asks the Director of the recovery environment which backup a restore would take, and keeps its bootstrap
// file and its list of files, before anything is destroyed.
#include "recover/steps/kinds.hpp"

namespace recover::steps {
namespace {

std::vector<Action> plan(const StepContext& context) {
  const auto& bacula = context.profile.bacula;
  auto actions = start_bacula(context);
  actions.emplace_back(ChooseBackup{{console(context), context.layout.environment, bacula.client,
                                     bacula.fileset, bacula.storage, bacula.catalog, context.as_of,
                                     context.layout.state, bacula.restore_job, newest_request(context)}});
  return actions;
}

}  // namespace

StepKind choose_backup() {
  return {"choose-backup",
          "Start Bacula in the recovery environment and choose the backup",
          false,
          {{"patience", ParameterType::duration, "how long its daemons may take to answer (\"60 s\")"}},
          plan};
}

}  // namespace recover::steps
