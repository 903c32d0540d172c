// What lies in the tree of a recovery environment while mmdebstrap or debootstrap fills it, for
// environment_debian.cpp alone: the machine's users, so that what a package gives to "bacula" has the
// machine's number from the start; and how the machine fetches, which goes again.
#pragma once

#include <string>

#include "recover/action.hpp"

namespace recover {

// What no service is started by: policy-rc.d of Debian's invoke-rc.d.
void write_policy(const std::string& tree);

struct Fetching {
  std::string apt_config;  // what `apt-config dump` prints
  std::string keyring;     // of the machine, by which the mirror is trusted; empty: Debian's
};
// Files in the tree, by which debootstrap fetches and trusts; empty: it needs none.
struct Lent {
  std::string keyring, wgetrc;
};
// Into a tree that is empty. Only in /etc, where a package leaves what is there.
Lent seed_tree(const std::string& tree, const Fetching& fetching, const std::string& machine);

// Takes away what was needed to make it and is not wanted in it, and what every environment goes without; and
// lays the machine's /etc/hosts, /etc/localtime and the like into it.
void tidy_tree(const MakeEnvironment& action, const std::string& machine);

}  // namespace recover
