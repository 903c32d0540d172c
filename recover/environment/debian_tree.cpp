#include "recover/environment/debian_tree.hpp"

#include <algorithm>
#include <set>
#include <sstream>

#include "recover/environment/package_database.hpp"
#include "recover/system/text.hpp"

namespace recover::environment {
namespace {

std::string trimmed(const std::string& text) {
  const auto first = text.find_first_not_of(" \t\r");
  if (first == std::string::npos) return "";
  return text.substr(first, text.find_last_not_of(" \t\r") - first + 1);
}

Argv joined_to(Argv argv, const std::vector<std::string>& more) {
  argv.insert(argv.end(), more.begin(), more.end());
  return argv;
}

}  // namespace

std::vector<std::string> package_words(const std::vector<const Package*>& asked) {
  std::set<std::string> words;  // a package of two architectures is one word
  for (const auto* package : asked)
    words.insert(is_bacula(package->name) ? package->name + "=" + package->version : package->name);
  return {words.begin(), words.end()};
}

Argv apart(const Argv& argv) {
  return joined_to({"unshare", "--mount", "--pid", "--fork", "--kill-child"}, argv);
}

Argv in_tree(const std::string& tree, const Argv& argv) {
  return joined_to(
      {"unshare", "--mount", "--pid", "--fork", "--kill-child", "--root=" + tree, "--wd=/", "--mount-proc",
       "env", "DEBIAN_FRONTEND=noninteractive", "DEBCONF_NONINTERACTIVE_SEEN=true",
       "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"},
      argv);
}

Argv mmdebstrap_command(const DebianRequest& request) {
  // "apt" is the smallest set that can be added to. The tree holds the machine's users already, so it is not
  // empty.
  Argv argv{"mmdebstrap",
            "--verbose",
            "--mode=root",
            "--variant=apt",
            "--format=directory",
            "--skip=check/empty",
            "--components=" + system::joined(request.components, ","),
            "--include=" + system::joined(request.packages, ","),
            request.suite,
            request.tree};
  return apart(joined_to(std::move(argv), request.mirrors));
}

Argv debootstrap_command(const DebianRequest& request) {
  Argv argv;
  // In a file: a proxy may have a password, and arguments are seen by whoever lists processes.
  if (!request.wgetrc.empty()) argv = {"env", "WGETRC=" + request.wgetrc};
  argv = joined_to(std::move(argv), {"debootstrap", "--variant=minbase", "--force-check-gpg",
                                     "--components=" + system::joined(request.components, ",")});
  if (!request.keyring.empty()) argv.push_back("--keyring=" + request.keyring);
  argv = joined_to(std::move(argv), {request.suite, request.tree});
  return apart(joined_to(std::move(argv), request.mirrors));
}

// The tree is root's alone, so apt's own user could not reach what it fetches.
Argv update_command() {
  return {"apt-get", "--option=APT::Sandbox::User=root", "--error-on=any", "update"};
}

Argv install_command(const std::vector<std::string>& packages) {
  return joined_to({"apt-get", "--option=APT::Sandbox::User=root", "--option=Dpkg::Use-Pty=false", "--yes",
                    "--no-install-recommends", "install"},
                   packages);
}

Argv versions_command(const std::vector<std::string>& names) {
  return joined_to({"apt-cache", "madison"}, names);
}

Argv versions_outside_command(const std::string& tree, const std::vector<std::string>& names) {
  return joined_to({"apt-cache", "--option=Dir=" + tree,
                    "--option=Dir::State::status=" + tree + "/var/lib/dpkg/status", "madison"},
                   names);
}

std::map<std::string, std::vector<std::string>> parse_versions(std::string_view text) {
  std::map<std::string, std::vector<std::string>> found;
  std::istringstream lines{std::string(text)};
  // " bacula-fd |    9.6.7-7 | http://deb.debian.org/debian bookworm/main amd64 Packages"
  for (std::string line; std::getline(lines, line);) {
    const auto first = line.find('|');
    const auto second = first == std::string::npos ? first : line.find('|', first + 1);
    if (second == std::string::npos || line.find("Sources", second) != std::string::npos) continue;
    const auto name = trimmed(line.substr(0, first)),
               version = trimmed(line.substr(first + 1, second - first - 1));
    if (name.empty() || version.empty()) continue;
    auto& versions = found[name];
    if (std::find(versions.begin(), versions.end(), version) == versions.end()) versions.push_back(version);
  }
  return found;
}

std::vector<std::string> other_versions(const std::vector<const Package*>& asked,
                                        const std::map<std::string, std::vector<std::string>>& offered) {
  std::vector<std::string> clauses;
  for (const auto* package : asked) {
    if (!is_bacula(package->name)) continue;
    const auto found = offered.find(package->name);
    if (found == offered.end() || found->second.empty()) {
      clauses.push_back(package->name + " is " + package->version +
                        " on this machine, and there is none there");
    } else if (std::find(found->second.begin(), found->second.end(), package->version) ==
               found->second.end()) {
      clauses.push_back(package->name + " is " + package->version + " on this machine and " +
                        system::joined(found->second) + " there");
    }
  }
  return clauses;
}

std::vector<std::string> differences(const std::vector<const Package*>& asked,
                                     const std::vector<Package>& in_tree) {
  std::map<std::string, std::vector<std::string>> there;
  for (const auto& package : in_tree) there[package.name].push_back(package.version);
  auto clauses = other_versions(asked, there);
  for (const auto* package : asked)
    if (!is_bacula(package->name) && !there.contains(package->name))
      clauses.push_back(package->name + " is not in it");
  return clauses;
}

std::vector<std::string> complaints(std::string_view output, std::size_t most) {
  std::vector<std::string> said, last;
  std::set<std::string> known;
  std::istringstream lines{std::string(output)};
  for (std::string line; std::getline(lines, line);) {
    line = trimmed(line.substr(line.rfind('\r') == std::string::npos ? 0 : line.rfind('\r')));
    if (line.empty()) continue;
    if ((line.starts_with("E: ") || line.find("error:") != std::string::npos) && known.insert(line).second)
      said.push_back(line);
    last.push_back(line);
    if (last.size() > most) last.erase(last.begin());
  }
  if (said.size() > most) said.resize(most);
  return said.empty() ? last : said;
}

bool lacks_a_version(std::string_view output) {
  // "E: Version '9.6.7-9' for 'bacula-fd' was not found"; of one that is there in no version "E: Unable to
  // locate package", or "has no installation candidate".
  for (const auto* words : {"E: Version '", "E: Unable to locate package", "has no installation candidate"})
    if (output.find(words) != std::string_view::npos) return true;
  return false;
}

std::string dpkg_configuration() {
  std::string text = "force-unsafe-io\n";
  for (const auto& tree : left_out_trees())
    if (tree.starts_with("/usr/share/")) text += "path-exclude=" + tree + "/*\n";
  return text;
}

}  // namespace recover::environment
