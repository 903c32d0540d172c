#include <sstream>

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

}  // namespace

std::string wrap(const std::string& text, int width, int hang) {
  std::istringstream lines(text);
  std::string out;
  for (std::string line; std::getline(lines, line);)
    out += wrap_line(line, static_cast<std::size_t>(width), static_cast<std::size_t>(hang)) + "\n";
  return out;
}

}  // namespace recover
