// The parts of the input are files: "/c/0" the first, "/c/1" the next; "@1" in one includes another.
#include "recover/bacula/configuration.hpp"

#include "recover/bacula/names.hpp"
#include "recover/system/text.hpp"
#include "tests/fuzz/target.hpp"

namespace recover::fuzz {
namespace {

void look_at(const bacula::Resource& resource) {
  for (const auto& [key, value] : resource.values)
    require(!bacula::is_secret(key), "nothing is kept of a secret");
  for (const auto& nested : resource.nested) look_at(nested);
}

}  // namespace

void try_input(std::string_view input) {
  const auto files = parts(input);
  const auto read = [&](const std::string& path) -> std::optional<std::string> {
    if (!path.starts_with("/c/") || path.size() != 4) return std::nullopt;
    const auto number = static_cast<std::size_t>(path[3] - '0');
    if (number >= files.size()) return std::nullopt;
    return std::string(files[number]);
  };
  bacula::Configurations configurations;
  configurations.directory = "/c";
  configurations.director = bacula::parse_configuration("/c/0", read);
  configurations.storage = bacula::parse_configuration("/c/1", read);
  configurations.client = bacula::parse_configuration("/c/2", read);
  configurations.console = bacula::parse_configuration("/c/3", read);
  for (const auto* one : {&configurations.director, &configurations.storage}) {
    for (const auto& resource : one->resources) look_at(resource);
    for (const auto& problem : one->problems)
      require(system::harmless(problem) == problem, "a problem can be shown");
  }
  auto names =
      bacula::find_names(configurations, {.own_names = {"alder", "127.0.0.1"}, .catalogs = {"sqlite3"}});
  bacula::prefer_environment(names, bacula::find_names(configurations, {}));
}

}  // namespace recover::fuzz
