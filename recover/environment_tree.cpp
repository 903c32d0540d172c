#include "recover/environment_tree.hpp"

#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>
#include <filesystem>

#include "recover/bacula/catalog_server.hpp"
#include "recover/environment/accounts.hpp"
#include "recover/environment_actions.hpp"
#include "recover/error.hpp"
#include "recover/layout.hpp"
#include "recover/system/files.hpp"
#include "recover/system/mount.hpp"
#include "recover/system/signals.hpp"
#include "recover/system/text.hpp"
#include "recover/system/tree_removal.hpp"
#include "recover/system/tree_root.hpp"

namespace recover {
namespace {

namespace fs = std::filesystem;
using environment::PackageDatabase;

// What stays free behind it: the next backup wants to be written.
constexpr std::int64_t spare_bytes = std::int64_t{256} << 20;
constexpr std::size_t kept_output = 64 * 1024;

// PostgreSQL's are in no directory of PATH; what is found there is Debian's wrapper.
std::map<std::string, std::string> server_programs(const std::string& catalog, const std::string& root) {
  std::map<std::string, std::string> programs;
  const auto directory = bacula::find_server_programs(catalog, root);
  for (const auto& name : bacula::server_programs(catalog))
    programs[name] = catalog == "postgresql" ? (directory.empty() ? "" : directory + "/" + name)
                                             : system::find_program(name, root);
  return programs;
}

environment::Wanted wanted(const MakeEnvironment& action, const std::string& machine) {
  environment::Wanted wanted;
  wanted.packages = action.packages;
  for (const auto* programs : {&environment::required_programs(), &environment::useful_programs()})
    for (const auto& name : *programs) wanted.programs[name] = system::find_program(name, machine);
  wanted.required = {environment::required_programs().begin(), environment::required_programs().end()};
  for (const auto& [name, path] : server_programs(action.catalog, machine)) {
    wanted.programs[name] = path;
    wanted.required.insert(name);
  }
  return wanted;
}

// The daemons' own configuration is made by another action; beside it (scripts, query.sql) all is wanted.
bool is_bacula_configuration(const std::string& path, const std::string& directory) {
  return path.starts_with(directory + "/") && path.ends_with(".conf");
}

void add_files(Selection& selection, const std::string& configuration, const std::string& machine) {
  const auto root = machine == "/" ? "" : machine;
  const auto add = [&](const std::string& path) {
    if (environment::is_left_out(path) || is_bacula_configuration(path, configuration)) return;
    struct stat status {};
    if (::lstat((root + path).c_str(), &status) != 0) return;  // left out when it was installed
    selection.files.push_back(path);
    if (S_ISREG(status.st_mode)) selection.bytes += (status.st_size + 4095) / 4096 * 4096;
  };
  for (const auto* package : selection.chosen.packages)
    for (const auto& path : selection.database.paths(*package)) add(path);
  for (const auto& path : environment::files_of_no_package()) add(path);
}

// What is in it, for whoever wonders later.
std::string list_of(const environment::Chosen& chosen) {
  std::string text;
  for (const auto* package : chosen.packages) text += package->name + " " + package->version + "\n";
  return text;
}

// What took its place would remove it: a directory of that name may be somebody's.
void require_replaceable(const std::string& path) {
  std::error_code none;
  if (path.empty() || !system::exists(path) || fs::is_empty(path, none) ||
      system::exists(path + Layout::stamp) || !system::find_program("bconsole", path).empty())
    return;
  throw Refused(path + " is no recovery environment: it has neither bconsole nor the stamp " + Layout::stamp +
                    ", and the new one would take its place",
                "Move it away, or name another directory in the profile: [storage] environment");
}

void make_from_packages(const MakeEnvironment& action, Observer& observer, const std::string& machine) {
  const auto selection = select_packages(action, machine);
  require_room(action, selection.bytes);
  system::TreeCopy copy(machine, action.path);
  copy_files(copy, selection, observer);
  finish_tree(action.path, list_of(selection.chosen));
}

}  // namespace

Selection select_packages(const MakeEnvironment& action, const std::string& machine) {
  Selection selection{PackageDatabase::read(machine), {}, {}, 0};
  system::TreeCopy places(machine, action.path);
  selection.chosen = environment::choose(selection.database, wanted(action, machine),
                                         [&](const std::string& path) { return places.real_place(path); });
  if (!selection.chosen.problems.empty())
    throw Refused(
        "The recovery environment cannot be made from the packages of this machine: " +
            system::joined(selection.chosen.problems, "; "),
        "Install what is missing (bacula-director, bacula-sd, bacula-fd and bacula-console or their like; "
        "btrfs-progs" +
            std::string(bacula::is_served(action.catalog)
                            ? "; the server of " + bacula::server_name(action.catalog) +
                                  ", also when the catalog is on another machine"
                            : "") +
            "), or correct [environment] in the profile");
  add_files(selection, action.configuration, machine);
  return selection;
}

void require_room(const MakeEnvironment& action, std::int64_t bytes) {
  const auto free = system::free_bytes(action.storage);
  if (free >= bytes + spare_bytes) return;
  throw Refused("The new recovery environment needs " + system::human_bytes(bytes) +
                    " beside the old one, and " + system::human_bytes(spare_bytes) + " to spare; free at " +
                    action.storage + " is " + system::human_bytes(free),
                "Make room there, but delete no Bacula volume");
}

std::vector<std::string> missing_programs(const std::string& catalog, const std::string& tree) {
  std::vector<std::string> missing;
  for (const auto& name : environment::required_programs())
    if (system::find_program(name, tree).empty()) missing.push_back(name);
  for (const auto& [name, path] : server_programs(catalog, tree))
    if (path.empty()) missing.push_back(name);
  return missing;
}

void require_programs(const std::vector<std::string>& names, const std::string& machine,
                      const std::string& of) {
  std::vector<std::string> missing;
  for (const auto& name : names)
    if (system::find_program(name, machine).empty()) missing.push_back(name);
  if (missing.empty()) return;
  throw Refused(
      "[environment] from = \"" + of + "\" wants " + system::joined(missing) + ", and this machine has none",
      "Install it, or have the environment made from = \"packages\"");
}

void copy_files(system::TreeCopy& copy, const Selection& selection, Observer& observer) {
  std::int64_t done = 0;
  for (const auto& path : selection.files) {
    system::throw_if_interrupted();
    copy.add(path);
    if (++done % 50 == 0)
      observer.observe(Event("progress")
                           .with("files", done)
                           .with("total-files", static_cast<std::int64_t>(selection.files.size()))
                           .with("bytes", copy.bytes())
                           .with("total-bytes", selection.bytes)
                           .with("current", system::printable(path)));
  }
  copy.add_links();
  copy.finish();
  observer.observe(Event("environment-copied")
                       .with("packages", static_cast<std::int64_t>(selection.chosen.packages.size()))
                       .with("files", copy.files())
                       .with("bytes", copy.bytes()));
}

Accounts accounts_of(const std::string& path) {
  const system::TreeRoot root(path);
  const auto text = [&](const char* file) {
    const auto opened = root.open(file, O_RDONLY | O_NONBLOCK);
    return opened ? system::read_file("/proc/self/fd/" + std::to_string(opened.get())) : "";
  };
  return {text("/etc/passwd"), text("/etc/group")};
}

void add_accounts(const std::string& tree, const Accounts& more) {
  const auto has = accounts_of(tree);
  const auto etc = system::TreeRoot(tree).real_path("/etc");
  system::write_file(etc + "/passwd", environment::merged_accounts(has.users, more.users), 0644);
  system::write_file(etc + "/group", environment::merged_accounts(has.groups, more.groups), 0644);
}

void finish_tree(const std::string& tree, const std::string& packages) {
  const system::TreeRoot root(tree);
  for (const auto* directory : {"/proc", "/sys", "/dev", "/run", "/mnt"})
    root.make_directories(directory, 0755);
  for (const auto* directory : {"/tmp", "/var/tmp"}) root.make_directories(directory, 01777);
  root.make_directories(Layout::handed_over, 0700);
  system::write_file(root.real_path(Layout::handed_over) + "/packages", packages, 0600);
}

ChildEnd run_child(system::Processes& processes, const MakeEnvironment& action,
                   const std::vector<std::string>& argv, const std::function<void(std::string_view)>& line) {
  ChildEnd end;
  std::string rest;
  const auto result =
      processes.run({.argv = argv, .merge_errors = true, .stall = action.stall}, [&](std::string_view piece) {
        end.said += piece;
        if (end.said.size() > 2 * kept_output) end.said.erase(0, end.said.size() - kept_output);
        rest += piece;
        std::size_t begin = 0;
        for (auto at = rest.find('\n'); at != std::string::npos; at = rest.find('\n', begin)) {
          line(std::string_view(rest).substr(begin, at - begin));
          begin = at + 1;
        }
        rest.erase(0, begin);
      });
  end.said += result.err;  // why it could not be started
  end.good = result.status == 0 && !result.stalled;
  if (result.stalled) {
    end.how =
        "has said nothing for " + system::human_seconds(action.stall.count() / 1000) + ", and was ended";
  } else if (!end.good) {
    end.how = "ended with status " + std::to_string(result.status);
  }
  return end;
}

void make_environment(system::Processes& processes, const MakeEnvironment& action, Observer& observer,
                      const std::string& machine) {
  require_replaceable(action.replaces);
  system::remove_tree(action.path);
  system::make_directories(action.path, 0700);
  if (action.from == "packages") return make_from_packages(action, observer, machine);
  if (action.from == "stage3") return make_from_stage3(processes, action, observer, machine);
  make_by_debian_tool(processes, action, observer, machine);
}

}  // namespace recover
