#include "recover/bacula/table_script.hpp"

#include <fcntl.h>

#include <array>
#include <cstdlib>
#include <string_view>

#include "recover/error.hpp"
#include "recover/system/files.hpp"

namespace recover::bacula {
namespace {

// Debian, Gentoo, Bacula's own build.
constexpr std::array directories{"/usr/share/bacula-director/", "/usr/libexec/bacula/", "/etc/bacula/",
                                 "/etc/bacula/scripts/", "/opt/bacula/scripts/"};

std::string name_of(const std::string& kind) {
  return "make_" + kind + "_tables";
}

}  // namespace

std::string find_table_script(const system::TreeRoot& root, const std::string& kind) {
  for (const auto* directory : directories)
    if (const auto script = root.open(directory + name_of(kind), O_RDONLY | O_NONBLOCK))
      return system::read_file_or("/proc/self/fd/" + std::to_string(script.get()), "");
  return "";
}

std::string require_table_script(const system::TreeRoot& root, const std::string& kind) {
  auto script = find_table_script(root, kind);
  if (script.empty())
    throw Failed("The recovery environment has no script " + name_of(kind) + ", which makes an empty catalog",
                 "Install Bacula's Director for that database in it");
  return script;
}

std::int64_t version_made_by(const std::string& script) {
  constexpr std::string_view words = "INSERT INTO Version (VersionId) VALUES (";
  const auto at = script.find(words);
  return at == std::string::npos ? 0 : std::strtoll(script.c_str() + at + words.size(), nullptr, 10);
}

}  // namespace recover::bacula
