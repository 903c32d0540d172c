// The runner's part that diagnoses and salvages. Each does what the action of that name says
// (salvage_action.hpp).
#pragma once

#include "recover/action.hpp"
#include "recover/event.hpp"

namespace recover::system {
class Keyboard;
class Processes;
}  // namespace recover::system

namespace recover {

// Typed by the operator, or given with --confirm: that nothing can be read any more is no reason to stop; the
// salvaged files may be taken.
inline constexpr const char* nothing_can_be_salvaged = "nothing can be salvaged";
inline constexpr const char* take_the_salvaged = "take salvaged";

void diagnose(system::Processes& processes, const Diagnose& action, Observer& observer);
void list_backup(const ListBackup& action, Observer& observer);
void salvage_files(system::Processes& processes, system::Keyboard& keyboard, const SalvageFiles& action,
                   Observer& observer);
void back_up_broken(system::Processes& processes, const BackUpBroken& action, Observer& observer);
void take_salvaged(system::Keyboard& keyboard, const TakeSalvaged& action, Observer& observer);

}  // namespace recover
