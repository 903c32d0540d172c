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
  return std::nullopt;
}

}  // namespace recover
