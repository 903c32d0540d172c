// The parts of the input are files: "/c/bacula-dir.conf", "/c/bacula-sd.conf", "/c/bacula-fd.conf",
// "/c/bconsole.conf", then "/c/4" and the next, which `@4` includes and `@|4` prints.
#include "recover/bacula/environment_configuration.hpp"

#include "recover/bacula/configuration.hpp"
#include "recover/system/text.hpp"
#include "tests/fuzz/target.hpp"

namespace recover::fuzz {
namespace {

using Part = std::optional<std::string>;

// How a difference shows a value that goes over lines.
std::string on_lines_with(char sign, const std::string& value) {
  std::string shown;
  for (const char c : value) {
    shown += c;
    if (c == '\n') shown += sign;
  }
  return shown;
}

// On the lines of files; a secret may be a word of the rest.
void look_for(const std::string& secret, const std::string& difference) {
  for (auto at = difference.find(secret); at != std::string::npos; at = difference.find(secret, at + 1)) {
    const auto line = at == 0 ? 0 : difference.rfind('\n', at - 1) + 1;
    const auto sign = difference.substr(line, 3);
    require(sign == "---" || sign == "+++" || sign == "@@ ", "no secret is shown");
  }
}

void look_for_secrets(const std::vector<bacula::ConfigurationNode>& nodes, const std::string& difference) {
  for (const auto& node : nodes) {
    look_for_secrets(node.nodes, difference);
    if (!bacula::is_secret(node.word) || node.word.find("key") != std::string::npos) continue;
    for (const auto& value : node.values) {
      if (value.size() < 8 || value.find('*') != std::string::npos) continue;
      for (const char sign : {'-', '+'}) look_for(on_lines_with(sign, value), difference);
    }
  }
}

void look_at(const bacula::Configuration& director) {
  require(director.of_kind("schedule").empty(), "no Schedule is left");
  for (const auto* kind : {"job", "jobdefs"})
    for (const auto* job : director.of_kind(kind)) {
      const auto type = bacula::keyword(job->value("type"));
      require(type.empty() || type == "restore", "no job is left that does more than restore");
      require(job->value("schedule").empty() && job->value("runbeforejob").empty(), "a job begins nothing");
    }
}

}  // namespace

void try_input(std::string_view input) {
  const auto files = parts(input);
  const std::vector<std::string> names{"bacula-dir.conf", "bacula-sd.conf", "bacula-fd.conf",
                                       "bconsole.conf"};
  const auto part = [&files](std::size_t number) {
    return number < files.size() ? Part(std::string(files[number])) : Part();
  };
  const bacula::Sources sources{
      [&](const std::string& path) -> Part {
        if (!path.starts_with("/c/")) return std::nullopt;
        for (std::size_t i = 0; i < names.size(); ++i)
          if (path.substr(3) == names[i]) return part(i);
        return path.size() == 4 ? part(static_cast<std::size_t>(path[3] - '0')) : Part();
      },
      [&](const std::vector<std::string>& argv) -> Part {
        return argv[0].empty() ? Part() : part(static_cast<std::size_t>(argv[0][0] - '0'));
      }};
  const auto made = bacula::make_environment_configuration("/c", sources, {});
  for (const auto& refusal : made.refusals)
    require(!refusal.problem.empty() && !refusal.remedy.empty(), "a refusal has a problem and a remedy");
  require(system::harmless(made.difference) == made.difference, "a difference can be shown");
  for (const auto& name : names) {
    bacula::ConfigurationText text;
    look_for_secrets(bacula::parse_into(text, "/c/" + name, sources), made.difference);
  }
  if (!made.refusals.empty()) return;
  const auto again =
      bacula::parse_configuration("/c/bacula-dir.conf", [&made](const std::string& path) -> Part {
        const auto found = made.files.find(path);
        return found == made.files.end() ? Part() : Part(found->second.text);
      });
  require(again.problems.empty(), "what was made is understood");
  look_at(again);
}

}  // namespace recover::fuzz
