#include <ctime>

#include "recover/system/machine.hpp"

namespace recover::system {

std::int64_t seconds_of_local_time(const std::string& text) {
  std::tm given{};
  const char* end = text.size() == 19 ? ::strptime(text.c_str(), "%Y-%m-%d %H:%M:%S", &given) : nullptr;
  if (!end || *end != '\0') return 0;
  std::tm normal = given;
  normal.tm_isdst = -1;
  const auto seconds = std::mktime(&normal);
  // mktime() makes 2 March of 30 February; a moment that the calendar does not have is no moment.
  const bool same = seconds != -1 && normal.tm_mday == given.tm_mday && normal.tm_mon == given.tm_mon;
  return same ? static_cast<std::int64_t>(seconds) : 0;
}

}  // namespace recover::system
