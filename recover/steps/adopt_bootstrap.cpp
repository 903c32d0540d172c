// When the Director cannot be had: the bootstrap file that the backup job itself wrote says which backup is
// the newest.
#include "recover/steps/kinds.hpp"

namespace recover::steps {
namespace {

std::vector<Action> plan(const StepContext& context) {
  const auto& layout = context.layout;
  return {AdoptBootstrap{{.bootstrap = layout.bootstrap,
                          .volumes = layout.volumes,
                          .keep = layout.state,
                          .as_of = context.as_of}},
          MakeDirectory{"/tmp/recover-tries", 0700, layout.environment},
          TryExtract{bextract(context, "first.bsr", "/tmp/recover-tries"), layout.state}};
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
