// What was salvaged before the filesystem was made again, offered to the tree that came back from the backup.
#include "recover/steps/kinds.hpp"

namespace recover::steps {
namespace {

std::vector<Action> plan(const StepContext& context) {
  const auto& layout = context.layout;
  return {TakeSalvaged{context.text_or("root", layout.target), layout.storage + Layout::salvage_on_storage,
                       layout.state}};
}

}  // namespace

StepKind take_salvaged() {
  return {
      "take-salvaged",
      "Offer the salvaged files to the restored tree",
      false,
      {{"root", ParameterType::text, "of the tree (where it is restored to); \"/\" on the machine itself"}},
      plan};
}

}  // namespace recover::steps
