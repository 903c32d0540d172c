#include "checks/checks.hpp"
#include "recover/system/text.hpp"

namespace recover::checks {
namespace {

Answer ask(const Profile& profile, const Facts& facts) {
  if (!profile.esp) return unknown("the profile has no ESP");
  if (!facts.boot) return unknown("the restored root is not mounted");
  const auto& esp = *profile.esp;
  if (system::same_uuid(facts.boot->esp_uuid, esp.uuid)) return holds(esp.uuid + " at " + esp.mount);
  return fails((facts.boot->esp_uuid.empty() ? "Nothing is" : facts.boot->esp_uuid + " is") +
                   std::string(" mounted at ") + esp.mount + " of the restored root, not the ESP " + esp.uuid,
               "See what holds that UUID: blkid. Then continue with --resume");
}

}  // namespace

Check esp_mounted() {
  return {.name = "esp-mounted",
          .question = "Is the machine's own ESP mounted in the restored root?",
          .ask = ask,
          .needs = Needs::boot,
          .only_after_a_step = true};
}

}  // namespace recover::checks
