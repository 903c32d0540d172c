#include "recover/report/text.hpp"

#include <algorithm>

#include "recover/system/text.hpp"

namespace recover::report {
namespace {

constexpr std::size_t longest = 2000, most_read = 8000;

// Not through the middle of a UTF-8 character.
std::string_view cut(std::string_view text, std::size_t room) {
  while (room > 0 && (static_cast<unsigned char>(text[room]) & 0xC0) == 0x80) --room;
  return text.substr(0, room);
}

}  // namespace

std::string shown(std::string_view text) {
  const bool endless = text.size() > most_read;
  auto line = system::redact(endless ? cut(text, most_read) : text);
  std::replace_if(
      line.begin(), line.end(), [](char c) { return c == '\n' || c == '\t' || c == '\r'; }, ' ');
  // What comes from the journal may be printable() already: its backslashes stay as they are.
  std::string out;
  std::string_view rest = line;
  for (;;) {
    const auto end = std::min(rest.find('\\'), rest.size());
    out += system::printable(rest.substr(0, end));
    if (end == rest.size()) break;
    out += '\\';
    rest.remove_prefix(end + 1);
  }
  out.erase(out.find_last_not_of(' ') + 1);
  out.erase(0, std::min(out.find_first_not_of(' '), out.size()));
  if (out.size() > longest) return std::string(cut(out, longest)) + " ... (cut)";
  return endless ? out + " ... (cut)" : out;
}

std::string counted(std::int64_t number, const std::string& thing) {
  return std::to_string(number) + " " + thing + (number == 1 ? "" : "s");
}

std::string took(std::int64_t seconds) {
  return seconds <= 0 ? "under 1 s" : system::human_seconds(seconds);
}

}  // namespace recover::report
