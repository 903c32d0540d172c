// Where the machine's apt fetches packages from, as values: what sources.list(5) says in either of its forms,
// and which of it mmdebstrap and debootstrap are given. Text in, values out.
//
//     auto sources = parse_apt_lines(text);          // *.list
//     const auto mirror = find_mirror(sources, "bookworm");
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace recover::environment {

struct AptSource {
  std::vector<std::string> uris, suites, components;
  std::string signed_by;  // a keyring's path; empty: those that apt trusts, or a key in the text itself
  bool operator==(const AptSource&) const = default;
};

// "deb [OPTION=VALUE ...] URI SUITE COMPONENT ...": those of binary packages.
std::vector<AptSource> parse_apt_lines(std::string_view text);
// Stanzas of "Types: deb", "URIs:", "Suites:" ...: those of binary packages that are enabled.
std::vector<AptSource> parse_apt_stanzas(std::string_view text);

struct AptMirror {
  std::string uri;
  std::vector<std::string> components;
  std::string keyring;  // empty: the one that the tool knows
  bool operator==(const AptMirror&) const = default;
};

// The first that has the suite by this name, else by "stable" and the like: a machine that says "stable" in
// its sources has a codename all the same. Of what is fetched over the network, without a password in it.
std::optional<AptMirror> find_mirror(const std::vector<AptSource>& sources, const std::string& suite);
// Whether any of them names the suite, by this name.
bool names_suite(const std::vector<AptSource>& sources, const std::string& suite);

// Of what `apt-config dump` prints, the lines that say how to fetch (proxy, retries, validity of dates), as a
// configuration file of apt.
std::string fetch_options(std::string_view dump);
// Of the same, the proxies, as a configuration file of wget, by which debootstrap fetches. Empty: none.
std::string wget_options(std::string_view dump);

// A value of os-release(5), without quotes; empty: it is not there.
std::string os_release_value(std::string_view text, std::string_view key);

}  // namespace recover::environment
