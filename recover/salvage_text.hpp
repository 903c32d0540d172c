// What the screen says of a salvage's events.
#pragma once

#include <string>

#include "recover/event.hpp"

namespace recover {

// Of "rung", "salvaged", "salvage-damaged", "salvage-impossible"; empty for all others.
std::string salvage_words(const Event& event);

// Of "salvaged": what was not had, in one line; empty when nothing is missing.
std::string salvage_loss(const Event& event);

}  // namespace recover
