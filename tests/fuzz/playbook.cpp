#include "recover/playbook.hpp"

#include "tests/fuzz/target.hpp"

void recover::fuzz::try_input(std::string_view input) {
  static const MemoryFile file;
  static const auto profile = load_profile(FUZZ_PLAYBOOKS "/machine.sample.toml");
  file.hold(input);
  const auto playbook = load_playbook(file.path());
  require(playbook.text == input, "a playbook keeps its text: the plan's hash is made of it");
  require(!playbook.steps.empty(), "a playbook has a step");
  for (const auto& step : playbook.steps) {
    require(!step.name.empty() && !step.uses.empty(), "a step has a name and a kind");
    answered([&] { substituted(step, profile); });
  }
}
