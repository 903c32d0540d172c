// Asks the operator whether a proposed mend shall be done.
#pragma once

#include "recover/action.hpp"
#include "recover/event.hpp"

namespace recover::system {
class Keyboard;
}

namespace recover {

// True after "yes" on a terminal, and nothing else. What is not wanted is told: "left", with "what".
bool is_wanted(system::Keyboard& keyboard, const Propose& proposal, Observer& observer);

}  // namespace recover
