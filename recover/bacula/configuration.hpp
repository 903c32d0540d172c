// Bacula's configuration files as values (manual "Customizing the Configuration Files"): resources with
// directives, nested resources, included files. Passwords and keys are dropped. What stands where in the text
// is configuration_text.hpp's.
//
//     const auto director = read_configuration("/etc/bacula/bacula-dir.conf");
//     for (const auto* job : director.of_kind("job")) job->value("client") ...
#pragma once

#include <map>
#include <string>
#include <vector>

#include "recover/bacula/configuration_text.hpp"

namespace recover::bacula {

// Keywords as keyword() gives them: "archivedevice".
struct Resource {
  std::string kind;                                // "job", "fileset"; of a nested one: "include", "options"
  std::multimap<std::string, std::string> values;  // in the order of the file, for one key
  std::vector<Resource> nested;

  std::string name() const { return value("name"); }
  std::string value(const std::string& key) const;  // the first; empty when there is none
  std::vector<std::string> all(const std::string& key) const;
};

struct Configuration {
  std::string file;  // empty: there is none
  std::vector<Resource> resources;
  std::vector<std::string> problems;  // sentences: what was not followed or not understood

  std::vector<const Resource*> of_kind(const std::string& kind) const;
  const Resource* find(const std::string& kind, const std::string& name) const;  // nullptr: none
};

// Never throws: what cannot be read or understood is a problem. "@file" is followed, "@|command" never run.
Configuration parse_configuration(const std::string& path, const ReadFile& read);

// `root`: of the tree that the paths are of; a configuration without a file when there is none.
Configuration read_configuration(const std::string& path, const std::string& root = "");

}  // namespace recover::bacula
