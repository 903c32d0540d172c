// What the steps that talk to Bacula share: its daemons run inside the recovery environment, in the foreground, as the
// children of recover, so that they end with it.
#include <cstdlib>

#include "recover/error.hpp"
#include "recover/steps/kinds.hpp"

namespace recover::steps {

std::string configuration(const StepContext& context, std::string_view file) {
  return context.profile.bacula.configuration + "/" + std::string(file);
}

bacula::Console console(const StepContext& context) {
  return {{"chroot", context.layout.environment, "bconsole", "-n", "-c", configuration(context, "bconsole.conf")}};
}

std::vector<Action> start_bacula(const StepContext& context) {
  std::vector<Action> actions;
  const auto daemon = [&](const std::string& name) {
    actions.emplace_back(StartDaemon{
        name,
        {"chroot", context.layout.environment, name, "-f", "-c", configuration(context, name + ".conf")}});
  };
  daemon("bacula-sd");
  daemon("bacula-fd");
  daemon("bacula-dir");
  actions.emplace_back(AwaitDaemons{console(context), context.profile.bacula.storage, context.profile.bacula.client,
                                    duration(context, "patience", "60 s")});
  actions.emplace_back(ProveRestoreOnly{console(context), context.profile.bacula.director});
  return actions;
}

std::chrono::milliseconds duration(const StepContext& context, std::string_view parameter,
                                   const std::string& otherwise) {
  const auto text = context.text_or(parameter, otherwise);
  char* unit = nullptr;
  const long number = std::strtol(text.c_str(), &unit, 10);
  const std::string_view rest(unit);
  if (number > 0 && number <= 100000) {
    if (rest == " s") return std::chrono::seconds(number);
    if (rest == " min") return std::chrono::minutes(number);
    if (rest == " h") return std::chrono::hours(number);
  }
  throw UsageError("\"" + text + "\" is no duration for " + std::string(parameter),
                   "Write it as \"30 s\", \"5 min\" or \"2 h\"");
}

}  // namespace recover::steps
