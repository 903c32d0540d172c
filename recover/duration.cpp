#include "recover/duration.hpp"

#include <cstdlib>

namespace recover {

std::optional<std::chrono::milliseconds> parse_duration(const std::string& text) {
  if (text.empty() || text.front() < '0' || text.front() > '9') return std::nullopt;
  char* end = nullptr;
  const long number = std::strtol(text.c_str(), &end, 10);
  const std::string unit(end);
  if (number < 1 || number > 100000) return std::nullopt;
  if (unit == " s") return std::chrono::seconds(number);
  if (unit == " min") return std::chrono::minutes(number);
  if (unit == " h") return std::chrono::hours(number);
  if (unit == " d") return std::chrono::hours(24 * number);
  return std::nullopt;
}

std::string duration_text(std::chrono::seconds duration) {
  const auto seconds = duration.count();
  const auto in = [&](std::int64_t unit, const char* name) {
    return std::to_string(seconds / unit) + " " + name;
  };
  if (seconds % 86400 == 0) return in(86400, "d");
  if (seconds % 3600 == 0) return in(3600, "h");
  if (seconds % 60 == 0) return in(60, "min");
  return in(1, "s");
}

}  // namespace recover
