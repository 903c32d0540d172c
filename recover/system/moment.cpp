#include <cstdlib>
#include <ctime>

#include "recover/system/machine.hpp"

namespace recover::system {
namespace {

std::string formatted(std::int64_t seconds, const char* form) {
  const auto time = static_cast<std::time_t>(seconds);
  std::tm parts = {};
  if (::localtime_r(&time, &parts) == nullptr) return "(no time)";
  char text[64];
  const auto size = std::strftime(text, sizeof text, form, &parts);
  return {text, size};
}

// mktime() makes 2 March of 30 February; a moment that the calendar does not have is no moment.
bool same_day(const std::tm& a, const std::tm& b) {
  return a.tm_mday == b.tm_mday && a.tm_mon == b.tm_mon;
}

}  // namespace

std::string local_time(std::int64_t seconds) {
  return formatted(seconds, "%Y-%m-%d %H:%M:%S %z");
}

std::string bacula_time(std::int64_t seconds) {
  return formatted(seconds, "%Y-%m-%d %H:%M:%S");
}

std::string local_time_stamp(std::int64_t seconds) {
  return formatted(seconds, "%Y-%m-%d_%H:%M:%S");
}

std::int64_t seconds_of_local_time(const std::string& text) {
  std::tm given{};
  const char* end = text.size() == 19 ? ::strptime(text.c_str(), "%Y-%m-%d %H:%M:%S", &given) : nullptr;
  if (!end || *end != '\0') return 0;
  std::tm normal = given;
  normal.tm_isdst = -1;
  const auto seconds = std::mktime(&normal);
  return seconds != -1 && same_day(normal, given) ? static_cast<std::int64_t>(seconds) : 0;
}

std::int64_t seconds_of_time(const std::string& text) {
  constexpr std::size_t bare = 19, whole = 25;
  if (text.size() != whole) return seconds_of_local_time(text);
  std::tm given{};
  const char* end = ::strptime(text.c_str(), "%Y-%m-%d %H:%M:%S %z", &given);
  if (!end || *end != '\0' || text[bare] != ' ' || (text[bare + 1] != '+' && text[bare + 1] != '-')) return 0;
  const auto offset = given.tm_gmtoff;
  std::tm normal = given;
  const auto seconds = ::timegm(&normal);
  return seconds != -1 && same_day(normal, given) ? static_cast<std::int64_t>(seconds - offset) : 0;
}

}  // namespace recover::system
