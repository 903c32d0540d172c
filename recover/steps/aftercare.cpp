// After a finished recovery: what files alone could not bring back. Each step proposes; the operator says
// yes.
#include "recover/steps/kinds.hpp"

namespace recover::steps {
namespace {

Propose propose_subvolume(const SnapperLoss& loss) {
  Propose proposal;
  const auto& path = loss.snapshots;
  proposal.what = "snapper's subvolume " + path;
  proposal.why = "snapper's configuration \"" + loss.config + "\" keeps its snapshots in " + path +
                 (loss.directory ? ", which is a plain directory now" : ", which is gone");
  if (loss.in_fstab) {
    proposal.commands = {{"mount", path}};
    return proposal;
  }
  if (loss.directory)
    proposal.commands.push_back(
        {"mv", "--no-target-directory", "--no-clobber", path, path + ".before-recovery"});
  proposal.commands.push_back({"btrfs", "subvolume", "create", path});
  proposal.commands.push_back({"chmod", "0750", path});
  return proposal;
}

std::vector<Action> plan_snapper(const StepContext& context) {
  std::vector<Action> actions;
  for (const auto& loss : context.aftercare.snapper) actions.emplace_back(propose_subvolume(loss));
  return actions;
}

std::vector<Action> plan_docker(const StepContext& context) {
  const auto& care = context.aftercare;
  if (care.docker_layers == 0) return {};
  Propose proposal;
  proposal.what = "Docker's store of images";
  proposal.why =
      "Docker's database names " + std::to_string(care.docker_layers) +
      " image layers whose btrfs subvolumes were in no backup. They are put aside, and images must "
      "be pulled and containers made again; Docker's volumes stay";
  if (!care.docker_own.empty()) {
    proposal.why += ". That wants your hands: " + care.docker_own +
                    " is a filesystem or a subvolume of its own, and cannot be moved";
    return {proposal};
  }
  const auto& aside = care.docker_aside;
  proposal.commands.push_back({"mkdir", aside});
  const auto service = [&](const char* verb) -> std::vector<std::string> {
    if (care.systemd) return {"systemctl", verb, "docker.service"};
    return {"rc-service", "docker", verb};
  };
  if (care.systemd && care.docker_socket) proposal.commands.push_back({"systemctl", "stop", "docker.socket"});
  proposal.commands.push_back(service("stop"));
  for (const auto& part : care.docker_parts) proposal.commands.push_back({"mv", part, aside + "/"});
  proposal.commands.push_back(service("start"));
  return {proposal};
}

}  // namespace

StepKind mend_snapper() {
  return {"mend-snapper", "Give snapper its subvolumes for snapshots again", false, {}, plan_snapper};
}

StepKind mend_docker() {
  return {"mend-docker", "Put Docker's lost image layers aside", false, {}, plan_docker};
}

}  // namespace recover::steps
