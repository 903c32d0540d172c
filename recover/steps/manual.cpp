// What only hands can do: in the firmware's setup, at a cable. Where its proofs hold already nobody is asked.
#include "recover/steps/kinds.hpp"

namespace recover::steps {
namespace {

std::vector<Action> plan(const StepContext& context) {
  return {AskOperator{context.texts_or("text", {})}};
}

}  // namespace

StepKind manual() {
  return {"manual",
          "Ask the operator to do what only hands can",
          false,
          {{"text", ParameterType::texts,
            "what to do, a line each; ${profile.notes.KEY} are the operator's notes"}},
          plan};
}

}  // namespace recover::steps
