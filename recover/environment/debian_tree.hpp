// A tree that mmdebstrap or debootstrap makes: what they are told, as argv, and what their words and the
// tree's own list of packages say afterwards. Values in, values out; who starts them is the runner.
//
//     const auto words = package_words(chosen.asked);   // "bash", "bacula-fd=9.6.7-7"
//     const auto argv = mmdebstrap_command({tree, "bookworm", words, {"/etc/apt/sources.list"}, {"main"}});
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "recover/environment/package_formats.hpp"

namespace recover::environment {

using Argv = std::vector<std::string>;

// As apt takes them: Bacula's at the machine's version, of the others any: theirs is no part of the backup.
std::vector<std::string> package_words(const std::vector<const Package*>& asked);

// In processes and mounts of its own: when the first of them ends, however it ends, the kernel ends all that
// it has started, daemons too, and unmounts all that they have mounted.
Argv apart(const Argv& argv);
// The same with the tree as its root. Nobody is asked anything.
Argv in_tree(const std::string& tree, const Argv& argv);

struct DebianRequest {
  std::string tree, suite;
  std::vector<std::string> packages;    // mmdebstrap: as package_words() gives them
  std::vector<std::string> mirrors;     // URIs, or files in the form of sources.list(5); debootstrap: one
  std::vector<std::string> components;  // of URIs
  std::string keyring, wgetrc;          // debootstrap; empty: its own, none
};
Argv mmdebstrap_command(const DebianRequest& request);
// Makes what apt needs, and nothing of `packages`: it cannot be told a version.
Argv debootstrap_command(const DebianRequest& request);
// The second step, in that tree.
Argv update_command();
Argv install_command(const std::vector<std::string>& packages);
// Which versions there are: asked in the tree, or of the tree by the machine's apt.
Argv versions_command(const std::vector<std::string>& names);
Argv versions_outside_command(const std::string& tree, const std::vector<std::string>& names);

// Of what `apt-cache madison` prints: name -> versions, the newest first.
std::map<std::string, std::vector<std::string>> parse_versions(std::string_view text);
// Bacula's packages that cannot be had at the machine's version, a clause each: "bacula-fd is 9.6.7-7 on this
// machine and 13.0.1-1 there".
std::vector<std::string> other_versions(const std::vector<const Package*>& asked,
                                        const std::map<std::string, std::vector<std::string>>& offered);
// The same of what is in the tree, and what of the others is not there.
std::vector<std::string> differences(const std::vector<const Package*>& asked,
                                     const std::vector<Package>& in_tree);

// What apt, dpkg or debootstrap complain of, at most `most` of it: lines that begin with "E: " or hold
// "error:", else the last ones.
std::vector<std::string> complaints(std::string_view output, std::size_t most = 4);
// Whether apt says that there is no such version of one of the packages.
bool lacks_a_version(std::string_view output);

// dpkg.cfg(5) while the tree is made: documentation and translations stay out, and nothing is synced, for the
// tree counts only when all of it is on the disk.
std::string dpkg_configuration();

}  // namespace recover::environment
