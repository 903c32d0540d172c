// What the steps that talk to Bacula share: its daemons run inside the recovery environment, in the
// foreground, as the children of recover, so that they end with it.
#include "recover/bacula/catalog_server.hpp"
#include "recover/duration.hpp"
#include "recover/steps/kinds.hpp"

namespace recover::steps {

std::string configuration(const StepContext& context, std::string_view file) {
  return context.profile.bacula.configuration + "/" + std::string(file);
}

bacula::Console console(const StepContext& context) {
  return {{"chroot", context.layout.environment, "bconsole", "-n", "-c",
           configuration(context, "bconsole.conf")}};
}

std::vector<Action> start_bacula(const StepContext& context) {
  std::vector<Action> actions;
  if (const auto& bacula = context.profile.bacula; bacula::is_served(bacula.catalog))
    actions.emplace_back(StartCatalog{context.layout.environment, bacula.configuration, bacula.client,
                                      bacula.catalog, std::chrono::minutes(2)});
  const auto daemon = [&](const std::string& name) {
    actions.emplace_back(StartDaemon{
        name,
        {"chroot", context.layout.environment, name, "-f", "-c", configuration(context, name + ".conf")}});
  };
  daemon("bacula-sd");
  daemon("bacula-fd");
  daemon("bacula-dir");
  const auto& bacula = context.profile.bacula;
  actions.emplace_back(MeetBacula{console(context), bacula.storage, bacula.client, bacula.director,
                                  duration(context, "patience", "60 s")});
  return actions;
}

std::vector<std::string> bextract(const StepContext& context, const std::string& bootstrap,
                                  const std::string& target) {
  // -p: go on behind a damaged block; without it everything behind the first one would be lost.
  return {"chroot",
          context.layout.environment,
          "bextract",
          "-p",
          "-c",
          configuration(context, "bacula-sd.conf"),
          "-b",
          std::string(Layout::inside_state) + "/" + bootstrap,
          context.profile.bacula.device,
          target};
}

Action stop_daemons(const StepContext& context) {
  StopDaemons stop{{"bacula-dir", "bacula-fd", "bacula-sd"}};
  const auto& kind = context.profile.bacula.catalog;
  if (bacula::is_served(kind)) stop.names.push_back(bacula::server_name(kind));
  return stop;
}

std::chrono::milliseconds duration(const StepContext& context, std::string_view parameter,
                                   const std::string& otherwise) {
  return parse_duration(context.text_or(parameter, otherwise)).value();  // the loader let no other through
}

}  // namespace recover::steps
