// The packages that the running system is made of: which of them the recovery environment wants, with all
// that they need, and which files are theirs. dpkg's and Portage's; another's is told by its name.
//
//     const auto database = PackageDatabase::read();
//     const auto chosen = choose(database, wanted);
#pragma once

#include <functional>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "recover/environment/package_formats.hpp"

namespace recover::environment {

struct PackageDatabase {
  std::string kind;  // "dpkg", "portage"
  std::vector<Package> packages;
  std::function<std::vector<std::string>(const Package&)> paths;  // that it has installed, as it names them

  // Throws Failed: there is none, or one that is not known here.
  static PackageDatabase read(const std::string& root = "/");
};

struct Wanted {
  // Where each program is in the tree; the ones without a path are not there.
  std::map<std::string, std::string> programs;
  std::set<std::string> required;     // of those names
  std::vector<std::string> packages;  // by name: the operator's own
};

struct Chosen {
  std::vector<const Package*> packages;  // sorted by name
  std::vector<const Package*> asked;     // of these: wanted themselves, not because another needs them
  std::vector<std::string> problems;     // sentences: what is wanted and cannot be had
};

// Bacula's packages all; the packages that have the programs and the real places of their files; what
// these need, through all levels. `real_place`: where a path of a package really is.
Chosen choose(const PackageDatabase& database, const Wanted& wanted,
              const std::function<std::string(const std::string&)>& real_place);

// Bacula's own by their names: an environment has all that the machine has.
bool is_bacula(const std::string& name);

// What programs the environment is to have: those that a recovery calls in it, and those that hands want.
const std::vector<std::string>& required_programs();
const std::vector<std::string>& useful_programs();

// Documentation, translations, kernels and the like: not copied. The directories themselves are wanted.
const std::vector<std::string>& left_out_trees();
bool is_left_out(const std::string& path);
// Made when a system is set up, and in no package's list.
const std::vector<std::string>& files_of_no_package();

}  // namespace recover::environment
