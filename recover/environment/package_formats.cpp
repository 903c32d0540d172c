#include "recover/environment/package_formats.hpp"

#include <algorithm>
#include <cctype>
#include <map>

namespace recover::environment {
namespace {

std::vector<std::string_view> split(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  while (!text.empty()) {
    const auto end = std::min(text.find(separator), text.size());
    parts.push_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return parts;
}

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && std::isspace(static_cast<unsigned char>(text.front())) != 0) text.remove_prefix(1);
  while (!text.empty() && std::isspace(static_cast<unsigned char>(text.back())) != 0) text.remove_suffix(1);
  return text;
}

std::vector<std::string_view> words(std::string_view text) {
  std::vector<std::string_view> found;
  for (;;) {
    text = trimmed(text);
    if (text.empty()) return found;
    const auto end = std::min(text.find_first_of(" \t\r\n"), text.size());
    found.push_back(text.substr(0, end));
    text.remove_prefix(end);
  }
}

// "libc6 (>= 2.36), awk:any | mawk [amd64]": libc6, awk, mawk.
void add_relations(std::string_view text, std::vector<std::string>& names) {
  for (const auto group : split(text, ','))
    for (const auto alternative : split(group, '|')) {
      const auto one = trimmed(alternative);
      const auto name = one.substr(0, one.find_first_of(" ([<:\t\n"));
      if (!name.empty()) names.emplace_back(name);
    }
}

using Fields = std::map<std::string, std::string, std::less<>>;

void add_if_installed(const Fields& fields, std::vector<Package>& packages) {
  const auto value = [&](std::string_view name) {
    const auto found = fields.find(name);
    return found == fields.end() ? std::string() : found->second;
  };
  // "install ok installed"; also "hold ok installed".
  const auto status = value("Status");
  if (!status.ends_with(" installed") || value("Package").empty()) return;
  Package package{value("Package"), value("Version"), value("Package"), {}, {}};
  if (value("Multi-Arch") == "same") package.key += ":" + value("Architecture");
  add_relations(value("Pre-Depends"), package.needs);
  add_relations(value("Depends"), package.needs);
  add_relations(value("Provides"), package.provides);
  packages.push_back(std::move(package));
}

bool is_version(std::string_view text) {
  return !text.empty() && std::isdigit(static_cast<unsigned char>(text.front())) != 0;
}

}  // namespace

std::vector<Package> parse_dpkg_status(std::string_view text) {
  std::vector<Package> packages;
  Fields fields;
  std::string last;
  for (const auto line : split(text, '\n')) {
    if (trimmed(line).empty()) {
      add_if_installed(fields, packages);
      fields.clear();
    } else if (line.front() == ' ' || line.front() == '\t') {
      if (!last.empty()) fields[last] += " " + std::string(trimmed(line));
    } else if (const auto colon = line.find(':'); colon != std::string_view::npos) {
      last = line.substr(0, colon);
      fields[last] = trimmed(line.substr(colon + 1));
    }
  }
  add_if_installed(fields, packages);
  return packages;
}

std::vector<std::string> parse_dpkg_list(std::string_view text) {
  std::vector<std::string> paths;
  for (const auto line : split(text, '\n')) {
    if (line == "/.") {
      paths.emplace_back("/");
    } else if (line.starts_with('/')) {
      paths.emplace_back(line);
    }
  }
  return paths;
}

Package portage_package(const std::string& key) {
  // PN may hold hyphens and digits; the version is the last part that begins with a digit, but for a
  // revision.
  for (auto at = key.rfind('-'); at != std::string::npos && at > 0; at = key.rfind('-', at - 1))
    if (is_version(std::string_view(key).substr(at + 1)))
      return {key.substr(0, at), key.substr(at + 1), key, {}, {}};
  return {key, "", key, {}, {}};
}

std::vector<std::string> parse_portage_contents(std::string_view text) {
  std::vector<std::string> paths;
  for (const auto line : split(text, '\n')) {
    const auto kind = line.substr(0, line.find(' '));
    if (kind.size() >= line.size()) continue;
    auto rest = line.substr(kind.size() + 1);
    // obj PATH MD5 MTIME; sym PATH -> TARGET MTIME; dir, fif, dev PATH. A path may hold blanks.
    const auto cut = [&rest] {
      rest = rest.substr(0, std::min(rest.rfind(' '), rest.size()));
    };
    if (kind == "obj") {
      cut();
      cut();
    } else if (kind == "sym") {
      rest = rest.substr(0, std::min(rest.find(" -> "), rest.size()));
    } else if (kind != "dir" && kind != "fif" && kind != "dev") {
      continue;
    }
    if (rest.starts_with('/')) paths.emplace_back(rest);
  }
  return paths;
}

std::vector<std::string> parse_portage_atoms(std::string_view text) {
  std::vector<std::string> names;
  for (auto word : words(text)) {
    // "||", "(", ")", "flag?", "!flag?"; "!cat/name" is a package that must not be there.
    if (word.front() == '!' || word.back() == '?' || word.find('/') == std::string_view::npos) continue;
    const auto begin = word.find_first_not_of("<>=~");
    const bool has_version = begin != 0;
    if (begin == std::string_view::npos) continue;
    word.remove_prefix(begin);
    word = word.substr(0, word.find_first_of(":[*"));
    names.push_back(has_version ? portage_package(std::string(word)).name : std::string(word));
  }
  return names;
}

std::vector<std::string> parse_portage_libraries(std::string_view text) {
  std::vector<std::string> names;
  std::string kind;
  for (const auto word : words(text)) {
    if (word.ends_with(':')) {
      kind = word;
    } else {
      names.push_back(kind + std::string(word));
    }
  }
  return names;
}

}  // namespace recover::environment
