// What package managers keep about what is installed, and the stamp of an environment.
#include "recover/environment/package_formats.hpp"
#include "recover/environment/stamp.hpp"
#include "tests/fuzz/target.hpp"

void recover::fuzz::try_input(std::string_view input) {
  using namespace recover::environment;
  for (const auto& package : parse_dpkg_status(input))
    require(!package.name.empty() && !package.key.empty(), "an installed package has a name");
  for (auto* paths : {&parse_dpkg_list, &parse_portage_contents})
    for (const auto& path : (*paths)(input)) require(path.starts_with('/'), "a path of a list is absolute");
  parse_portage_atoms(input);
  parse_portage_libraries(input);
  const auto package = portage_package(std::string(input));
  require(std::string(input).starts_with(package.name), "a name is the beginning of its key");
  static const Directory root;
  root.put("environment.toml", input);
  if (const auto stamp = read_stamp(root.path())) {
    root.put("environment.toml", to_text(*stamp));
    require(read_stamp(root.path()).has_value(), "a stamp can be read back");
  }
}
