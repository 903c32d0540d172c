// Which catalog the environment's Director will use: one that knows the newest backup, or it would choose an
// older one.
#include <algorithm>

#include "recover/steps/kinds.hpp"

namespace recover::steps {

bacula::NewestRequest newest_request(const StepContext& context) {
  return {context.layout.bootstrap, context.layout.volumes, context.profile.bacula.backup_job, context.as_of};
}

namespace {

std::vector<Action> plan(const StepContext& context) {
  const auto& layout = context.layout;
  const auto& bacula = context.profile.bacula;
  const std::string scratch = Layout::catalog_scratch;
  ProvideCatalog provide;
  provide.request = {layout.environment,      bacula.configuration, bacula.client,           bacula.catalog,
                     newest_request(context), layout.catalog_dump,  layout.catalog_bootstrap};
  provide.stall = duration(context, "stall", "10 min");
  // Without -p: a dump that is not whole is none.
  if (!layout.catalog_bootstrap.empty())
    provide.bextract = {"chroot",
                        layout.environment,
                        "bextract",
                        "-c",
                        configuration(context, "bacula-sd.conf"),
                        "-b",
                        scratch + Layout::dump_bootstrap,
                        bacula.device,
                        scratch + Layout::extracted_dump};
  // -s -m: into the catalog, volumes too; -S -v: progress. Whose database it is in a server, is known when it
  // runs; of SQLite it is the file bacula.db in the directory of -w.
  provide.bscan = {"chroot",
                   layout.environment,
                   "bscan",
                   "-s",
                   "-m",
                   "-S",
                   "-v",
                   "-w",
                   scratch,
                   "-c",
                   configuration(context, "bacula-sd.conf"),
                   "-b",
                   scratch + Layout::scanned_volumes,
                   bacula.device};
  if (bacula.catalog == "sqlite3")
    provide.bscan.insert(std::find(provide.bscan.begin(), provide.bscan.end(), "-c"), {"-n", "bacula"});
  return {provide};
}

}  // namespace

StepKind provide_catalog() {
  return {"provide-catalog",
          "See that the Director's catalog knows the newest backup, or renew it",
          false,
          {{"stall", ParameterType::duration,
            "bscan or bextract without any progress for that long hang (\"10 min\")"}},
          plan};
}

}  // namespace recover::steps
