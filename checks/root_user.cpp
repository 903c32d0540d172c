#include "checks/checks.hpp"

namespace recover::checks {
namespace {

Answer ask(const Profile&, const Facts& facts) {
  if (facts.root_user) return holds("recover runs as root");
  return fails("recover does not run as root", "Start it again as root: sudo recover ...");
}

}  // namespace

Check root_user() {
  return {.name = "root-user", .question = "Is recover running as root?", .ask = ask};
}

}  // namespace recover::checks
