// How the real runner does the actions that prepare the machine's next boot. Each does what the action of
// that name says (action.hpp), and nothing besides. What cannot be done is told to the observer, and the run
// goes on: the tree is restored, and the machine can still do it, or its operator.
#pragma once

#include "recover/action.hpp"
#include "recover/event.hpp"

namespace recover::system {
class Processes;
}

namespace recover {

// `director`: that of the run answers.
void hold_volumes(system::Processes& processes, const HoldVolumes& action, bool director, Observer& observer);

void hand_over_catalog(system::Processes& processes, const HandOverCatalog& action, Observer& observer);

void hand_over(const HandOver& action, Observer& observer);

// The program with what lies beside it: profile, playbooks, a bundle's libraries. Throws Failed.
void copy_program(const LeaveReminder& action);

// Throws Failed when a file cannot be written.
void leave_reminder(system::Processes& processes, const LeaveReminder& action, Observer& observer);

}  // namespace recover
