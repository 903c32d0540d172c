// What the broken filesystem still has and the backup has not: read, never written to, before anything is
// made again.
#include <algorithm>

#include "recover/steps/kinds.hpp"
#include "recover/system/text.hpp"

namespace recover::steps {
namespace {

bool yes_or_no(const StepContext& context, std::string_view parameter) {
  const auto text = context.text_or(parameter, "false");
  if (text == "true" || text == "false") return text == "true";
  throw UsageError("\"" + system::printable(text) + "\" is no answer for " + std::string(parameter) +
                       " in a step that salvages",
                   "Write \"true\" or \"false\"");
}

std::vector<std::string> left_out(const StepContext& context) {
  auto paths = context.texts_or("left-out", {});
  for (auto& path : paths) {
    if (!path.starts_with('/'))
      throw UsageError("\"" + system::printable(path) + "\" in left-out is no path on the machine",
                       "Write it from the root on: \"/var/cache\"");
    while (path.size() > 1 && path.ends_with('/')) path.pop_back();
  }
  return paths;
}

std::vector<Action> plan(const StepContext& context) {
  SalvageFiles action;
  action.place = broken_place(context);
  action.keep = context.layout.state;
  action.directory = context.layout.storage + Layout::salvage_on_storage;
  action.snapshots = yes_or_no(context, "snapshots");
  action.left_out = left_out(context);
  action.required = yes_or_no(context, "required");
  action.new_disks = std::all_of(context.targets.begin(), context.targets.end(),
                                 [](const auto& target) { return target.blank || target.disk.replaces; });
  return {std::move(action)};
}

}  // namespace

StepKind salvage_files() {
  return {"salvage-files",
          "Salvage what can be read and the backup does not have",
          false,
          {{"snapshots", ParameterType::text, "\"true\": the read-only subvolumes, too (\"false\")"},
           {"left-out", ParameterType::texts, "paths on the machine that are not salvaged (none)"},
           {"required", ParameterType::text,
            "\"true\": that nothing can be salvaged the operator says in words (\"false\")"}},
          plan};
}

}  // namespace recover::steps
