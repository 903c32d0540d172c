// The partition table of each disk that takes another's place: before anything is made on its partitions.
#include <algorithm>

#include "recover/steps/kinds.hpp"

namespace recover::steps {
namespace {

MakeTable table_of(const Target& target) {
  const auto& blank = *target.blank;
  MakeTable table;
  // What lay on the disk, or where its partitions will begin, must not pass for a filesystem of today.
  table.argv = {"sfdisk", "--wipe", "always", "--wipe-partitions", "always", blank.path};
  table.script = table_script(target.disk, blank.sector);
  table.disk = identity_of(blank);
  for (const auto& partition : target.disk.partitions)
    table.partitions.push_back(wiped(identity_of(planned_partition(blank, target.disk, partition))));
  return table;
}

}  // namespace

void make_partition_tables(const StepContext& context, std::vector<Action>& actions) {
  auto targets = context.targets;
  for (const auto& more : {context.esp, context.boot})
    if (more) targets.push_back(*more);
  std::vector<std::string> made;
  for (const auto& target : targets) {
    if (!target.blank || std::find(made.begin(), made.end(), target.blank->path) != made.end()) continue;
    made.push_back(target.blank->path);
    actions.emplace_back(table_of(target));
  }
}

}  // namespace recover::steps
