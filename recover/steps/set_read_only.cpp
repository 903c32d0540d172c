// Subvolumes that were read-only are so again, once everything is in them.
#include "recover/steps/kinds.hpp"

namespace recover::steps {
namespace {

std::vector<Action> plan(const StepContext& context) {
  std::vector<Action> set;
  for (const auto& subvolume : context.profile.subvolumes)
    if (subvolume.read_only && subvolume.is_made())
      set.emplace_back(Command{{"btrfs", "property", "set", "-ts",
                                std::string(Layout::top_level) + "/" + subvolume.path, "ro", "true"}});
  if (set.empty()) return {};
  std::vector<Action> actions{
      MakeDirectory{Layout::top_level, 0700},
      Mount{path_of(context.targets.front()), Layout::top_level, "btrfs", "subvolid=5"}};
  actions.insert(actions.end(), set.begin(), set.end());
  actions.emplace_back(Unmount{Layout::top_level});
  return actions;
}

}  // namespace

StepKind set_read_only() {
  return {"set-read-only", "Make the subvolumes read-only that were so", false, {}, plan};
}

}  // namespace recover::steps
