#include "checks/checks.hpp"

namespace recover::checks {
namespace {

Answer ask(const Profile& profile, const Facts& facts) {
  if (!profile.virtualisation) return holds("the profile does not ask for it");
  if (facts.virtualisation) return holds("the processor shows vmx or svm");
  return fails(
      "The processor shows neither vmx nor svm: it cannot run virtual machines as it is set up now",
      "Switch it on in the firmware's setup: VT-x or Virtualization Technology (Intel), SVM or AMD-V "
      "(AMD), mostly among the settings of the processor. Is it not needed? Take virtualisation = true out "
      "of "
      "the profile");
}

}  // namespace

Check virtualisation_on() {
  return {.name = "virtualisation-on",
          .question = "Is the processor's virtualisation switched on in the firmware?",
          .ask = ask,
          .only_after_a_step = true};
}

}  // namespace recover::checks
