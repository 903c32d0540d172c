// What the commands share that run on the machine itself, not in a rescue system.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "recover/bacula/console.hpp"
#include "recover/facts.hpp"
#include "recover/options.hpp"
#include "recover/profile.hpp"
#include "recover/recoveries.hpp"
#include "recover/runner.hpp"
#include "recover/system/process.hpp"

namespace recover::commands {

struct OnMachine {
  Profile profile;
  std::unique_ptr<system::Processes> processes;
  Facts facts;
  std::string own;          // directory of the journal that travelled in the root
  bacula::Console console;  // of the machine's own Director
  std::string root_uuid() const { return profile.filesystem.uuid_to_make(); }
  std::string storage() const { return facts.storage ? facts.storage->mount_point : ""; }
};

// Throws Refused when it is not run by root; UsageError as find_profile() and load_profile() do. `look`: at
// what besides the cheap facts.
std::unique_ptr<OnMachine> look_at_machine(const Options& options, Look look = {});

}  // namespace recover::commands
