// What a diagnosis and a salvage said, as sentences without a full stop: for the report and for the screen.
#pragma once

#include <optional>
#include <string>

#include "recover/event.hpp"

namespace recover::report {

// Nothing when the event tells of something else.
std::optional<std::string> salvage_sentence(const Event& event);

// Something of it is lost, damaged, or waits for somebody.
bool is_salvage_trouble(const Event& event);

}  // namespace recover::report
