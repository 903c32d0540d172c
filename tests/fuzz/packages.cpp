// What package managers keep about what is installed, where apt fetches from and what it says, the listing
// and checksum of a stage3, and the stamp of an environment.
#include "recover/environment/accounts.hpp"
#include "recover/environment/apt_sources.hpp"
#include "recover/environment/debian_tree.hpp"
#include "recover/environment/openpgp_armor.hpp"
#include "recover/environment/package_formats.hpp"
#include "recover/environment/stage3.hpp"
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
  for (auto* sources : {&parse_apt_lines, &parse_apt_stanzas}) {
    const auto found = (*sources)(input);
    for (const auto& source : found)
      require(!source.uris.empty() && !source.suites.empty(), "a source says whence");
    if (const auto mirror = find_mirror(found, "bookworm"))
      require(mirror->uri.find('@') == std::string::npos, "no password is named");
  }
  fetch_options(input);
  wget_options(input);
  os_release_value(input, "VERSION_CODENAME");
  parse_versions(input);
  require(complaints(input).size() <= 4, "a few complaints are shown");
  require(merged_accounts(input, input) == merged_accounts(input, ""), "what is known is not added");
  without_armor(input);
  find_checksum(input, "stage3.tar.xz");
  Stage3Reader reader;
  reader.add(input);
  const auto& listing = reader.end();
  require(listing.entries >= 0 && listing.bytes >= 0, "sizes are none below nothing");
  const auto package = portage_package(std::string(input));
  require(std::string(input).starts_with(package.name), "a name is the beginning of its key");
  static const Directory root;
  root.put("environment.toml", input);
  if (const auto stamp = read_stamp(root.path())) {
    root.put("environment.toml", to_text(*stamp));
    require(read_stamp(root.path()).has_value(), "a stamp can be read back");
  }
}
