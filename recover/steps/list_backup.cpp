// Which files the backup has, so that only those are salvaged that it does not have.
#include "recover/steps/kinds.hpp"

namespace recover::steps {
namespace {

std::vector<Action> plan(const StepContext& context) {
  const auto& layout = context.layout;
  const auto& bacula = context.profile.bacula;
  ListBackup list{.keep = layout.state,
                  .catalogs = {},
                  .environment = layout.environment,
                  .configuration = bacula.configuration,
                  .client = bacula.client,
                  .kind = bacula.catalog,
                  .bootstrap = layout.bootstrap,
                  .volumes = layout.volumes,
                  .backup_job = bacula.backup_job,
                  .as_of = context.as_of};
  if (bacula.catalog == "sqlite3" && !layout.catalog_dump.empty()) list.catalogs = {layout.catalog_dump};
  return {list};
}

}  // namespace

StepKind list_backup() {
  return {"list-backup", "List the files of the newest backup, for the salvage", false, {}, plan};
}

}  // namespace recover::steps
