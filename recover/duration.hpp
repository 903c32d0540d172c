// Durations as playbooks write them: "30 s", "5 min", "2 h", "7 d".
#pragma once

#include <chrono>
#include <optional>
#include <string>

namespace recover {

// From 1 to 100000 of the unit; nothing for any other text.
std::optional<std::chrono::milliseconds> parse_duration(const std::string& text);

// In the largest unit that gives a whole number.
std::string duration_text(std::chrono::seconds duration);

}  // namespace recover
