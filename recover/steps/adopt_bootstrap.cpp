// When the Director cannot be had: the bootstrap file that the backup job itself wrote says which backup is
// the newest.
#include "recover/steps/kinds.hpp"

namespace recover::steps {
namespace {

std::vector<Action> plan(const StepContext& context) {
  return {AdoptBootstrap{
      {context.layout.bootstrap, context.layout.volumes, context.layout.state, context.as_of}}};
}

}  // namespace

StepKind adopt_bootstrap() {
  return {"adopt-bootstrap",
          "Without a Director, take the newest backup from its bootstrap file",
          false,
          {},
          plan};
}

}  // namespace recover::steps
