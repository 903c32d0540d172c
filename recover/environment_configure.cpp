// Bacula's configuration in a new recovery environment: written as environment_configuration.hpp makes it,
// with what it names beside it.
#include <algorithm>
#include <filesystem>
#include <sstream>

#include "recover/bacula/environment_configuration.hpp"
#include "recover/environment_actions.hpp"
#include "recover/error.hpp"
#include "recover/system/files.hpp"
#include "recover/system/host.hpp"
#include "recover/system/process.hpp"
#include "recover/system/text.hpp"
#include "recover/system/tree_copy.hpp"
#include "recover/system/tree_root.hpp"

namespace recover {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;
using Paths = std::vector<std::string>;

bacula::EnvironmentNeeds needs(const ConfigureEnvironment& action) {
  bacula::EnvironmentNeeds needs;
  needs.client = action.client;
  needs.storage = action.storage;
  needs.restore_job = action.restore_job;
  needs.fileset = action.fileset;
  needs.own_names = system::own_addresses();
  needs.own_names.push_back(system::host_name());
  needs.catalogs = {action.catalog};
  return needs;
}

[[noreturn]] void refuse(const std::vector<bacula::EnvironmentRefusal>& refusals) {
  std::string problems, remedies;
  for (const auto& refusal : refusals) {
    problems += (problems.empty() ? "" : "; ") + refusal.problem;
    if (remedies.find(refusal.remedy) == std::string::npos)
      remedies += (remedies.empty() ? "" : "; ") + refusal.remedy;
  }
  throw Refused(
      "The recovery environment cannot be given this machine's configuration of Bacula: " + problems,
      remedies);
}

// With all that is in it. No link is followed.
void add_tree(system::TreeCopy& copy, const std::string& path) {
  if (!copy.add(path)) return;
  std::error_code unreadable;
  for (fs::recursive_directory_iterator at(path, unreadable), end; !unreadable && at != end;
       at.increment(unreadable))
    copy.add(at->path().string());
}

// The directory of a file, as the machine has it.
void add_parent(system::TreeCopy& copy, const std::string& path) {
  copy.add(fs::path(path).parent_path().string());
}

void copy_what_it_names(system::TreeCopy& copy, const bacula::EnvironmentPaths& paths) {
  for (const auto* directories : {&paths.working_directories, &paths.pid_directories})
    for (const auto& path : *directories)
      if (!path.starts_with("/run/") && !path.starts_with("/var/run/")) copy.add(path);
  for (const auto* trees : {&paths.plugin_directories, &paths.script_directories, &paths.query_files,
                            &paths.credentials, &paths.programs})
    for (const auto& path : *trees)
      if (path.starts_with('/')) add_tree(copy, path);
  for (const auto& path : paths.logs)
    if (path.starts_with('/')) add_parent(copy, path);
}

// In front: the machine's own file may give a name its address in the network, which is not there in a rescue
// system.
void name_loopback(const system::TreeRoot& root, const std::vector<std::string>& names) {
  if (names.empty()) return;
  const auto path = root.real_path("/etc") + "/hosts";
  system::write_file(
      path, "127.0.0.1 localhost " + system::joined(names, " ") + "\n" + system::read_file_or(path, ""),
      0644);
}

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);) lines.push_back(line);
  return lines;
}

}  // namespace

bacula::Sources machine_sources(system::Processes& processes) {
  return {[](const std::string& path) -> std::optional<std::string> {
            if (!system::exists(path)) return std::nullopt;
            return system::read_file(path);
          },
          [&processes](const std::vector<std::string>& argv) -> std::optional<std::string> {
            const auto result = processes.run({.argv = argv, .deadline = 30s});
            if (result.status != 0 || result.timed_out) return std::nullopt;
            return result.out;
          }};
}

bacula::EnvironmentFiles environment_configuration(system::Processes& processes,
                                                   const ConfigureEnvironment& action) {
  return bacula::make_environment_configuration(action.configuration, machine_sources(processes),
                                                needs(action));
}

void configure_environment(system::Processes& processes, const ConfigureEnvironment& action,
                           Observer& observer) {
  const auto made = environment_configuration(processes, action);
  if (!made.refusals.empty()) refuse(made.refusals);
  const system::TreeRoot root(action.root);
  system::TreeCopy copy("/", action.root);
  for (const auto& [path, file] : made.files) {
    add_parent(copy, path);
    const auto place = copy.real_place(path);
    if (place.empty())
      throw Failed("There is no directory for " + path, "See where Bacula's configuration is");
    system::write_file(action.root + place, file.text, file.mode);
  }
  copy_what_it_names(copy, made.paths);
  copy.finish();
  name_loopback(root, made.hosts);
  std::vector<std::string> changes;
  for (const auto& change : made.changes)
    changes.push_back(change.file + ":" + std::to_string(change.line) + ": " + change.what + ": " +
                      change.why);
  observer.observe(Event("environment-configured")
                       .with("changes", changes)
                       .with("difference", lines_of(made.difference))
                       .with("remarks", made.remarks));
}

}  // namespace recover
