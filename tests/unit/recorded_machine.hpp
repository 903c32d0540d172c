// Recorded machines: facts from tests/machines/NAME.toml, so that plans and checks are tested on what real
// machines say.
#pragma once

#include <string>

#include "recover/facts.hpp"
#include "recover/profile.hpp"

namespace recover::test {

Facts recorded_machine(const std::string& name);
Profile sample_profile();
std::string source_path(const std::string& relative);

// Compares with tests/golden/NAME. RECOVER_ACCEPT_GOLDEN=1 writes the file instead: look at the difference in
// git.
void expect_golden(const std::string& name, const std::string& text);

}  // namespace recover::test
