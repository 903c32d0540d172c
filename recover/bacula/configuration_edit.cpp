#include "recover/bacula/configuration_edit.hpp"

#include <algorithm>

#include "recover/bacula/configuration_lexer.hpp"
#include "recover/system/text.hpp"

namespace recover::bacula {
namespace {

bool is_blank(char c) {
  return c == ' ' || c == '\t' || c == '\r';
}

std::size_t line_begin(const std::string& text, std::size_t at) {
  const auto newline = at == 0 ? std::string::npos : text.rfind('\n', at - 1);
  return newline == std::string::npos ? 0 : newline + 1;
}
// Behind the newline.
std::size_t line_end(const std::string& text, std::size_t at) {
  return std::min(text.find('\n', at), text.size() - 1) + 1;
}
std::size_t behind_blanks(const std::string& text, std::size_t at) {
  while (at < text.size() && is_blank(text[at])) ++at;
  return at;
}
bool nothing_but_a_comment(const std::string& text, std::size_t at) {
  at = behind_blanks(text, at);
  return at >= text.size() || text[at] == '\n' || text[at] == '#';
}

std::string as_include(const std::string& path) {
  if (path.find_first_of(" \t\r\n{};,#\"\\") == std::string::npos) return "@" + path;
  std::string quoted;
  for (const char c : path) quoted += (c == '"' || c == '\\') ? std::string("\\") + c : std::string(1, c);
  return "@\"" + quoted + "\"";
}

std::ptrdiff_t lines_in(const std::string& text) {
  return std::count(text.begin(), text.end(), '\n') + (text.empty() || text.back() == '\n' ? 0 : 1);
}

}  // namespace

ConfigurationEdits::ConfigurationEdits(const ConfigurationText& text) : text_(text) {
  std::map<std::string, std::size_t> known;
  for (std::size_t i = 0; i < text.files.size(); ++i) {
    const auto& file = text.files[i];
    first_.push_back(file.command.empty() ? known.emplace(file.path, i).first->second : i);
  }
  for (const auto& include : text.includes) {
    const auto& file = text.files[include.included];
    const auto& [place, included, relative] = include;
    if (!file.command.empty()) {
      // Once, though its file may be there twice.
      if (first_[place.file] == place.file) add(place.file, {place.begin, place.end, "", true, included});
      const auto argv = command_words(file.command);
      hide(place, "@|\"" + (argv.empty() ? "" : argv.front()) + " (its arguments are not shown)\"");
    } else if (relative) {
      replace(place, as_include(file.path));
    }
  }
}

void ConfigurationEdits::add(std::size_t file, Edit edit) {
  auto& edits = edits_[first_[file]];
  if (std::find(edits.begin(), edits.end(), edit) == edits.end()) edits.push_back(std::move(edit));
}

void ConfigurationEdits::remove(const ConfigurationNode& node) {
  const auto& file = text_.files[node.place.file];
  if (node.torn) {
    conflicts_.insert("\"" + node.word + "\" begins in " + file.path + ", line " +
                      std::to_string(line_of(text_, node.place)) + ", and ends in another file");
    return;
  }
  auto [index, begin, end] = node.place;
  const auto& text = file.text;
  if (const auto next = behind_blanks(text, end); next < text.size() && text[next] == ';') end = next + 1;
  const auto from = line_begin(text, begin);
  if (behind_blanks(text, from) == begin && nothing_but_a_comment(text, end)) {
    begin = from;
    end = line_end(text, end);
  }
  add(index, {begin, end, "", false, 0});
}

void ConfigurationEdits::replace(const Place& place, const std::string& by) {
  add(place.file, {place.begin, place.end, by, false, 0});
}

void ConfigurationEdits::insert(const ConfigurationNode& block, const std::string& directive) {
  const auto& text = text_.files[block.value.file].text;
  const auto at = block.value.begin;
  if (!nothing_but_a_comment(text, at) || text.find('\n', at) == std::string::npos)
    return add(block.value.file, {at, at, " " + directive + ";", false, 0});
  const auto next = line_end(text, at);
  auto indent = text.substr(next, behind_blanks(text, next) - next);
  std::erase(indent, '\r');
  if (text[next + indent.size()] == '}' || indent.empty()) indent = "  ";
  add(block.value.file, {next, next, indent + directive + "\n", false, 0});
}

void ConfigurationEdits::append(std::size_t file, const std::string& resource) {
  const auto& text = text_.files[file].text;
  const bool ends = text.empty() || text.back() == '\n';
  add(file, {text.size(), text.size(), (ends ? "\n" : "\n\n") + resource, false, 0});
}

void ConfigurationEdits::hide(const Place& place, const std::string& shown) {
  hidden_[first_[place.file]][place.begin] = {place.end, shown};
}

// A short one would be found in other words; in its own place it is hidden in any case.
void ConfigurationEdits::hide_value(const std::string& value) {
  if (value.size() >= 4) values_.insert(value);
}

// Those within another are done with it.
ConfigurationEdits::Edits ConfigurationEdits::edits_of(std::size_t file) const {
  const auto found = edits_.find(file);
  if (found == edits_.end()) return {};
  auto all = found->second;
  std::stable_sort(all.begin(), all.end(), [](const Edit& a, const Edit& b) {
    return a.begin != b.begin ? a.begin < b.begin : a.begin == a.end && b.begin != b.end;
  });
  Edits kept;
  for (auto& edit : all) {
    if (!kept.empty() && edit.begin < kept.back().end) {
      // The longer of two that begin together; what reaches beyond another is not made, and missed later.
      if (edit.begin == kept.back().begin && edit.end > kept.back().end) kept.back() = std::move(edit);
      continue;
    }
    kept.push_back(std::move(edit));
  }
  return kept;
}

std::string ConfigurationEdits::piece(std::size_t file, std::size_t begin, std::size_t end,
                                      bool masked) const {
  const auto& text = text_.files[file].text;
  std::string out;
  const auto hidden = hidden_.find(file);
  if (!masked || hidden == hidden_.end()) return text.substr(begin, end - begin);
  for (const auto& [from, to] : hidden->second) {
    // A part of a secret is one too.
    if (to.first <= begin) continue;
    if (from >= end) break;
    if (from > begin) out += text.substr(begin, from - begin);
    out += to.second;
    begin = std::min(to.first, end);
  }
  return out + text.substr(begin, end - begin);
}

std::string ConfigurationEdits::changed(std::size_t file, std::size_t begin, std::size_t end,
                                        Edits::const_iterator from, Edits::const_iterator to,
                                        bool masked) const {
  std::string out;
  for (; from != to; ++from) {
    out += piece(file, begin, from->begin, masked);
    out += from->by;
    if (from->prints) {
      out += whole(from->printed, masked);
      if (!out.empty() && out.back() != '\n') out += '\n';
    }
    begin = from->end;
  }
  return out + piece(file, begin, end, masked);
}

std::string ConfigurationEdits::whole(std::size_t file, bool masked) const {
  const auto edits = edits_of(file);
  return changed(file, 0, text_.files[file].text.size(), edits.begin(), edits.end(), masked);
}

std::map<std::string, std::string> ConfigurationEdits::files() const {
  std::map<std::string, std::string> files;
  for (std::size_t i = 0; i < text_.files.size(); ++i)
    if (first_[i] == i && text_.files[i].command.empty()) files[text_.files[i].path] = whole(i, false);
  return files;
}

std::string ConfigurationEdits::shown(const std::string& lines, char sign) const {
  std::string out;
  for (std::size_t begin = 0; begin < lines.size();) {
    const auto end = std::min(lines.find('\n', begin), lines.size());
    auto line = lines.substr(begin, end - begin);
    begin = end + 1;
    for (const auto& value : values_)
      for (auto at = line.find(value); at != std::string::npos; at = line.find(value, at + 3))
        line.replace(at, value.size(), "***");
    std::erase(line, '\r');
    for (auto at = line.find('\t'); at != std::string::npos; at = line.find('\t'))
      line.replace(at, 1, "    ");
    out += sign + system::harmless(system::redact(line)) + "\n";
  }
  return out;
}

// As `diff --unified=0` shows it.
std::string ConfigurationEdits::difference_of(std::size_t file) const {
  const auto& text = text_.files[file].text;
  const auto edits = edits_of(file);
  std::string out;
  std::ptrdiff_t longer = 0;
  for (auto from = edits.begin(); from != edits.end();) {
    const auto begin = line_begin(text, from->begin);
    auto end = begin;
    auto to = from;
    for (; to != edits.end() && (to == from || line_begin(text, to->begin) <= end); ++to) {
      const bool whole_lines =
          to->end == line_begin(text, to->end) && to->begin == line_begin(text, to->begin);
      end = std::max(end, whole_lines ? to->end : line_end(text, to->end));
    }
    end = std::min(end, text.size());
    const auto before = piece(file, begin, end, true);
    const auto after = changed(file, begin, end, from, to, true);
    const auto old_lines = lines_in(before), new_lines = lines_in(after);
    const auto at = static_cast<std::ptrdiff_t>(line_of(text_, {file, begin, begin}));
    // diff names the line before where there is nothing.
    out += "@@ -" + std::to_string(old_lines == 0 ? at - 1 : at) + "," + std::to_string(old_lines) + " +" +
           std::to_string(at + longer - (new_lines == 0 ? 1 : 0)) + "," + std::to_string(new_lines) +
           " @@\n" + shown(before, '-') + shown(after, '+');
    longer += new_lines - old_lines;
    from = to;
  }
  return out;
}

std::string ConfigurationEdits::difference() const {
  std::string out;
  std::map<std::string, std::size_t> by_path;
  for (std::size_t i = 0; i < text_.files.size(); ++i)
    if (first_[i] == i && text_.files[i].command.empty()) by_path[text_.files[i].path] = i;
  for (const auto& [path, file] : by_path) {
    const auto hunks = difference_of(file);
    const auto name = system::printable(path);
    if (!hunks.empty()) out += "--- " + name + "\n+++ " + name + " (of the environment)\n" + hunks;
  }
  return out;
}

}  // namespace recover::bacula
