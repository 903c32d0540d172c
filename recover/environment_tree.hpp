// What the ways to make the tree of a recovery environment share (action.hpp: MakeEnvironment), for
// environment_tree.cpp and the files of each way alone. `machine` is the root of the running system.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "recover/action.hpp"
#include "recover/environment/package_database.hpp"
#include "recover/event.hpp"
#include "recover/system/process.hpp"
#include "recover/system/tree_copy.hpp"

namespace recover {

// The machine's packages that an environment has, and their files: the one choice for every way.
struct Selection {
  environment::PackageDatabase database;
  environment::Chosen chosen;
  std::vector<std::string> files;
  std::int64_t bytes = 0;  // as blocks of the filesystem hold them
};
// Refused when something is wanted and cannot be had.
Selection select_packages(const MakeEnvironment& action, const std::string& machine);

// Refused when there is less than that, and something to spare.
void require_room(const MakeEnvironment& action, std::int64_t bytes);
// Which of the programs that an environment must have the tree has not; its server's are among them.
std::vector<std::string> missing_programs(const std::string& catalog, const std::string& tree);
// Refused when one of them is not there; `of` says whom they serve.
void require_programs(const std::vector<std::string>& names, const std::string& machine,
                      const std::string& of);

void copy_files(system::TreeCopy& copy, const Selection& selection, Observer& observer);
// Users and groups, as /etc/passwd and /etc/group have them.
struct Accounts {
  std::string users, groups;
};
Accounts accounts_of(const std::string& root);
// Behind those of the tree, the ones of a name that it has not.
void add_accounts(const std::string& tree, const Accounts& more);
// The directories that each environment has, and /var/lib/recover/packages.
void finish_tree(const std::string& tree, const std::string& packages);

// A child that says what it does; `line` gets each line of it.
struct ChildEnd {
  bool good = false;
  std::string how;   // when it is not: "ended with status 25", "has said nothing for 15 min"
  std::string said;  // the last 64 KiB
};
ChildEnd run_child(system::Processes& processes, const MakeEnvironment& action,
                   const std::vector<std::string>& argv, const std::function<void(std::string_view)>& line);

// Into action.path, which is there and empty.
void make_by_debian_tool(system::Processes& processes, const MakeEnvironment& action, Observer& observer,
                         const std::string& machine);
void make_from_stage3(system::Processes& processes, const MakeEnvironment& action, Observer& observer,
                      const std::string& machine);

}  // namespace recover
