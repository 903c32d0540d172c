#include "checks/checks.hpp"

namespace recover::checks {
namespace {

Answer ask(const Profile&, const Facts& facts) {
  if (!facts.tree) return unknown("nothing is restored yet");
  const auto& tree = *facts.tree;
  if (tree.expected == 0) return unknown("no list of the files in the backup was kept");
  if (tree.missing > 0 || tree.different > 0) {
    std::string examples;
    for (const auto& example : tree.examples) examples += (examples.empty() ? "" : "; ") + example;
    return fails("Of " + std::to_string(tree.expected) + " files, " + std::to_string(tree.missing) +
                     " are missing and " + std::to_string(tree.different) + " differ: " + examples,
                 "Look at them; the restored filesystem can be mounted and used otherwise");
  }
  return holds(std::to_string(tree.found) + " of " + std::to_string(tree.expected) + " files are back");
}

}  // namespace

Check tree_complete() {
  return {.name = "tree-complete",
          .question = "Is every file of the backup back, with its type, owner, mode, size and time?",
          .ask = ask,
          .needs = Needs::tree};
}

}  // namespace recover::checks
