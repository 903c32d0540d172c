#include <algorithm>
#include <sstream>
#include <string_view>

#include "recover/reporter.hpp"

namespace recover {
namespace {

std::string wrap_line(const std::string& line, std::size_t width, std::size_t hang) {
  if (line.size() <= width) return line;
  const auto indent = std::min(line.find_first_not_of(' '), line.size());
  const std::string lead(std::min(indent + hang, width / 2), ' ');
  std::string text, current(indent, ' ');
  bool empty = true;
  for (auto at = indent; at < line.size();) {
    const auto word = std::min(line.find_first_not_of(' ', at), line.size());
    const auto end = std::min(line.find(' ', word), line.size());
    // Blanks inside a line are kept: they may align columns. Those at a break are not.
    if (!empty && current.size() + (end - at) > width) {
      text += current + "\n";
      current = lead;
      empty = true;
    }
    current += line.substr(empty ? word : at, end - (empty ? word : at));
    empty = false;
    at = end;
  }
  return text + current;
}

// Of the UTF-8 character that begins there, well-formed or not.
std::size_t length_of(std::string_view text) {
  std::size_t length = 1;
  while (length < std::min<std::size_t>(text.size(), 4) &&
         (static_cast<unsigned char>(text[length]) & 0xC0) == 0x80)
    ++length;
  return length;
}

// Blocks of wide characters, Unicode Standard Annex 11, roughly; a few too many are only blanks.
int columns_of(std::string_view character) {
  unsigned point = static_cast<unsigned char>(character[0]);
  if (character.size() == 1) return 1;
  point &= 0xFFU >> (character.size() + 1);
  for (std::size_t i = 1; i < character.size(); ++i)
    point = point << 6 | (static_cast<unsigned char>(character[i]) & 0x3FU);
  const bool wide = (point >= 0x1100 && point <= 0x115F) || (point >= 0x2E80 && point <= 0xA4CF) ||
                    (point >= 0xAC00 && point <= 0xD7A3) || (point >= 0xF900 && point <= 0xFAFF) ||
                    (point >= 0xFE30 && point <= 0xFE6F) || (point >= 0xFF00 && point <= 0xFFE6) ||
                    point >= 0x1F300;
  return wide ? 2 : 1;
}

}  // namespace

std::string one_line(const std::string& text, int columns) {
  std::string line;
  int used = 0;
  for (std::string_view rest = text; !rest.empty();) {
    const auto character = rest.substr(0, length_of(rest));
    if (used + columns_of(character) > columns) break;
    line += character;
    used += columns_of(character);
    rest.remove_prefix(character.size());
  }
  return line + std::string(static_cast<std::size_t>(columns - used), ' ');
}

std::string wrap(const std::string& text, int width, int hang) {
  std::istringstream lines(text);
  std::string out;
  for (std::string line; std::getline(lines, line);)
    out += wrap_line(line, static_cast<std::size_t>(width), static_cast<std::size_t>(hang)) + "\n";
  return out;
}

}  // namespace recover
