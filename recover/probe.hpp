// Reads the facts. Asks only; writes nothing.
#pragma once

#include <memory>
#include <string>

#include "recover/profile.hpp"
#include "recover/runner.hpp"
#include "recover/system/process.hpp"

namespace recover {

// `state`: as given by --state, or empty. Both references must outlive the prober.
std::unique_ptr<Prober> real_prober(const Profile& profile, std::string state, system::Processes& processes);

}  // namespace recover
