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
  std::istringstream words(line);
  for (std::string word; words >> word;) {
    if (!empty && current.size() + 1 + word.size() > width) {
      text += current + "\n";
      current = lead;
      empty = true;
    }
    current += (empty ? "" : " ") + word;
    empty = false;
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
