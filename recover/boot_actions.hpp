// How the real runner does the actions that have to do with devices and booting. Each does what the action of
// that name says (action.hpp), and nothing besides.
#pragma once

#include "recover/action.hpp"
#include "recover/event.hpp"

namespace recover::system {
class Keyboard;
class Processes;
}  // namespace recover::system

namespace recover {

// What was made on them is on the disk, and not in the kernel's memory alone. Throws Error, which no fallback
// answers.
void write_out_devices(const SettleDevices& action);
void settle_devices(system::Processes& processes, const SettleDevices& action);
void open_storage(system::Processes& processes, const OpenStorage& action);

// Is there nothing on the device, or only what was begun? False when the wanted filesystem is there; throws
// Refused for any other.
bool is_lost(const MakeIfLost& action);

// Each file is on the ESP, whole and durably, before any is removed from the tree.
void fill_esp(const FillEsp& action);

void rewrite_uuid(const RewriteUuid& action);

// Throw Refused when the firmware takes nothing, unless the action may do without; then they tell the
// observer.
void try_firmware(const TryEfiVariables& action, Observer& observer);
void restore_entry(const RestoreEfiEntry& action, Observer& observer);

// Throws Refused when there is nobody to ask, or nobody answers.
void ask_operator(system::Keyboard& keyboard, const AskOperator& action);

}  // namespace recover
