#include "checks/checks.hpp"

namespace recover::checks {
namespace {

// Debian's and Arch's (SystemRescue's) names agree for these.
std::string package_of(const std::string& tool) {
  if (tool == "mkfs.btrfs" || tool == "btrfs") return "btrfs-progs";
  if (tool == "wipefs") return "util-linux";
  if (tool == "chattr") return "e2fsprogs";
  if (tool == "find") return "findutils";
  return "coreutils";
}

Answer ask(const Profile&, const Facts& facts) {
  std::string absent;
  std::string packages;
  for (const auto& tool : facts.tools) {
    if (!tool.path.empty()) continue;
    absent += (absent.empty() ? "" : ", ") + tool.name;
    const auto package = package_of(tool.name);
    if (packages.find(package) == std::string::npos) packages += (packages.empty() ? "" : " ") + package;
  }
  if (!absent.empty())
    return fails("Not found on this system: " + absent, "Install the packages: " + packages);
  return holds("all " + std::to_string(facts.tools.size()) + " are there");
}

}  // namespace

Check tools() {
  return {.name = "tools", .question = "Are the programs there that the steps call?", .ask = ask};
}

}  // namespace recover::checks
