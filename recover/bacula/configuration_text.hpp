// Bacula's configuration files as they are written: every resource and directive with its place in the text
// of its file, so that some can be taken out and all else stays as it is, comments and order too. It holds
// secrets. The values alone, without secrets, are configuration.hpp's; changing the text is
// configuration_edit.hpp's.
//
//     ConfigurationText text;
//     for (const auto& node : parse_into(text, "/etc/bacula/bacula-dir.conf", {read, run}))
//       if (node.word == "schedule") ... text.files[node.place.file].text.substr(node.place.begin, ...)
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace recover::bacula {

// Nothing when there is no such file.
using ReadFile = std::function<std::optional<std::string>(const std::string& path)>;
// What the command printed; nothing when it failed.
using RunCommand = std::function<std::optional<std::string>(const std::vector<std::string>& argv)>;

struct Sources {
  ReadFile read;
  RunCommand run = {};  // without it, what `@|command` would print is a problem
};

// The bytes [begin, end) of ConfigurationText::files[file].
struct Place {
  std::size_t file = 0, begin = 0, end = 0;
  bool operator==(const Place&) const = default;
};

struct ConfigurationFile {
  std::string path;  // of what a command printed: of the file that names the command
  std::string text;
  std::string command;  // empty: it is a file
};

// An "@" and what it led to. A file that is included twice is there twice.
struct ConfigurationInclude {
  Place place;  // of the statement
  std::size_t included = 0;
  bool relative = false;
};

struct ConfigurationNode {
  bool block = false;               // a resource, or one within it
  std::string word;                 // the keyword without blanks, in lower case
  std::vector<std::string> values;  // of a directive, what commas divide
  Place place;                      // from the keyword to the end of the value, or to the "}"
  Place value;                      // behind the "="; of a block what is between the braces
  bool torn = false;                // begins in one file and ends in another
  std::vector<ConfigurationNode> nodes;

  const ConfigurationNode* find(const std::string& keyword) const;  // the first directive, or nullptr
  std::string text(const std::string& keyword) const;               // its first value, or ""
  std::string name() const { return text("name"); }
};

struct ConfigurationProblem {
  std::string sentence;
  bool secret = false;  // of the file that a password stands in
};

struct ConfigurationText {
  std::vector<ConfigurationFile> files;
  std::vector<ConfigurationInclude> includes;
  std::vector<ConfigurationProblem> problems;
};

// Never throws: what cannot be read or understood is a problem. Empty when there is no such file.
std::vector<ConfigurationNode> parse_into(ConfigurationText& text, const std::string& path,
                                          const Sources& sources);

std::size_t line_of(const ConfigurationText& text, const Place& place);

// Bacula ignores case and blanks in keywords: "Archive Device" is "archivedevice".
std::string keyword(const std::string& text);

// Of a directive with that (normalised) keyword, nothing may be shown.
bool is_secret(const std::string& keyword);

}  // namespace recover::bacula
