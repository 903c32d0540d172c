// How the real runner makes a recovery environment (action.hpp: MakeEnvironment and those behind it). Nothing
// here touches the one in use but swap_environment().
#pragma once

#include "recover/action.hpp"
#include "recover/bacula/environment_configuration.hpp"
#include "recover/event.hpp"

namespace recover::system {
class Processes;
}

namespace recover {

// Tells "progress"; "environment-copied" with packages, files and bytes of what was copied from the machine,
// "environment-installed" with "by", "from" and packages, "environment-unpacked" with "from", entries, bytes
// and remarks. `machine`: the root of the running system.
void make_environment(system::Processes& processes, const MakeEnvironment& action, Observer& observer,
                      const std::string& machine = "/");
// The machine's files, and what its commands print, for who reads Bacula's configuration.
bacula::Sources machine_sources(system::Processes& processes);
// What that action would write, and why it may not: asks the machine's files, and runs what they include.
bacula::EnvironmentFiles environment_configuration(system::Processes& processes,
                                                   const ConfigureEnvironment& action);
// Tells "environment-configured" with changes, remarks and the difference, which hold no secret.
void configure_environment(system::Processes& processes, const ConfigureEnvironment& action,
                           Observer& observer);
// Tells "catalog-copied" with "from" and "bytes".
void copy_catalog(const CopyCatalog& action, Observer& observer);
void equip_environment(const EquipEnvironment& action);
// The Director has been met. Tells "restored", and "environment-proven".
void prove_environment(system::Processes& processes, const ProveEnvironment& action, Observer& observer);
// Tells "environment-swapped". One that this run has swapped in already stays.
void swap_environment(const SwapEnvironment& action, Observer& observer);

}  // namespace recover
