// The tree of a recovery environment by mmdebstrap or debootstrap: a mirror's packages, and in them the
// machine's Bacula, users and groups.
#include <algorithm>
#include <filesystem>

#include "recover/environment/apt_sources.hpp"
#include "recover/environment/debian_tree.hpp"
#include "recover/environment_seed.hpp"
#include "recover/environment_tree.hpp"
#include "recover/error.hpp"
#include "recover/system/files.hpp"
#include "recover/system/text.hpp"

namespace recover {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;
using environment::DebianRequest;

struct Sources {
  std::vector<environment::AptSource> all;
  std::vector<std::string> files;  // that name any
};

Sources read_sources(const std::string& machine) {
  const auto root = machine == "/" ? "" : machine;
  std::vector<std::string> paths{"/etc/apt/sources.list"};
  std::error_code none;
  for (const auto& entry : fs::directory_iterator(root + "/etc/apt/sources.list.d", none))
    paths.push_back("/etc/apt/sources.list.d/" + entry.path().filename().string());
  std::sort(paths.begin() + 1, paths.end());
  Sources sources;
  for (const auto& path : paths) {
    const bool stanzas = path.ends_with(".sources");
    if ((!stanzas && !path.ends_with(".list")) || !system::exists(root + path)) continue;
    const auto text = system::read_file(root + path);
    auto found = stanzas ? environment::parse_apt_stanzas(text) : environment::parse_apt_lines(text);
    if (found.empty()) continue;
    sources.files.push_back(root + path);
    std::move(found.begin(), found.end(), std::back_inserter(sources.all));
  }
  return sources;
}

std::string suite_of(const MakeEnvironment& action, const std::string& machine) {
  if (!action.suite.empty()) return action.suite;
  const auto root = machine == "/" ? "" : machine;
  auto suite =
      environment::os_release_value(system::read_file_or(root + "/etc/os-release", ""), "VERSION_CODENAME");
  if (suite.empty() || suite.front() == '-' || suite.find_first_of(" /\t") != std::string::npos)
    throw Refused(
        "The /etc/os-release of this machine has no VERSION_CODENAME, which " + action.from + " would make",
        "Name it in the profile: [environment] suite = \"bookworm\"");
  return suite;
}

[[noreturn]] void refuse_mirror(const std::string& suite, const std::string& from) {
  throw Refused("The apt sources of this machine name no mirror of " + suite + " for " + from,
                "Name one in the profile: [environment] mirror = \"http://deb.debian.org/debian\"");
}

DebianRequest request_of(const MakeEnvironment& action, const Selection& selection,
                         const std::string& machine) {
  const auto sources = read_sources(machine);
  DebianRequest request;
  request.tree = action.path;
  request.suite = suite_of(action, machine);
  request.packages = environment::package_words(selection.chosen.asked);
  request.components = {"main"};
  const auto mirror = environment::find_mirror(sources.all, request.suite);
  if (mirror && !mirror->components.empty()) request.components = mirror->components;
  if (!action.mirror.empty()) {
    request.mirrors = {action.mirror};
  } else if (action.from == "mmdebstrap") {
    request.mirrors = sources.files;
    const bool fits = action.suite.empty() || environment::names_suite(sources.all, action.suite);
    if (request.mirrors.empty() || !fits) refuse_mirror(request.suite, action.from);
  } else {
    if (!mirror) refuse_mirror(request.suite, action.from);
    request.mirrors = {mirror->uri};
  }
  if (mirror && action.from == "debootstrap") request.keyring = mirror->keyring;
  return request;
}

class PackageCount {
 public:
  explicit PackageCount(Observer& observer) : observer_(observer) {}
  void operator()(std::string_view line) {
    if (line.starts_with("Setting up ")) ++packages_;
    const bool telling = std::any_of(std::begin(words), std::end(words),
                                     [&](const auto word) { return line.starts_with(word); });
    if (telling)
      observer_.observe(Event("progress")
                            .with("packages", packages_)
                            .with("current", system::printable(system::redact(line.substr(0, 80)))));
  }

 private:
  static constexpr std::string_view words[] = {"Get:", "Unpacking ", "Setting up ", "I: "};
  Observer& observer_;
  std::int64_t packages_ = 0;
};

[[noreturn]] void fail(const std::string& program, const DebianRequest& request, const ChildEnd& end) {
  std::vector<std::string> said;
  for (const auto& line : environment::complaints(system::redact(end.said)))
    said.push_back(system::printable(line));
  throw Failed(program + " " + end.how + (said.empty() ? "" : "; it said: " + system::joined(said, "; ")),
               environment::lacks_a_version(end.said)
                   ? "Name a mirror that has it in the profile ([environment] mirror), or have it made from "
                     "= \"packages\""
                   : "See that the mirror (" + system::joined(request.mirrors) +
                         ") can be reached from here, is of this machine's release, and is signed by a key "
                         "that this machine trusts; or have it made from = \"packages\"");
}

[[noreturn]] void refuse_versions(const std::vector<std::string>& clauses, const DebianRequest& request,
                                  const std::string& from) {
  throw Refused(
      "The mirror has not the Bacula that this machine runs: " + system::joined(clauses, "; "),
      "Bring the machine to the mirror's version, or name a mirror that has the machine's in the profile "
      "([environment] mirror; for Debian http://snapshot.debian.org keeps all), or have it made from = "
      "\"packages\"" +
          std::string(from == "debootstrap" ? "; mmdebstrap asks all sources of this machine, not " +
                                                  request.mirrors.front() + " alone"
                                            : ""));
}

std::vector<std::string> bacula_names(const Selection& selection) {
  std::vector<std::string> names;
  for (const auto* package : selection.chosen.asked)
    if (environment::is_bacula(package->name)) names.push_back(package->name);
  return names;
}

// What the mirror has of Bacula that is not the machine's; `argv` asks for it.
std::vector<std::string> other_versions(system::Processes& processes, const Selection& selection,
                                        const environment::Argv& argv) {
  const auto asked = processes.run({.argv = argv, .deadline = 60s});
  if (asked.status != 0) return {};
  return environment::other_versions(selection.chosen.asked, environment::parse_versions(asked.out));
}

void run_mmdebstrap(system::Processes& processes, const MakeEnvironment& action, const Selection& selection,
                    const DebianRequest& request, Observer& observer) {
  const auto end =
      run_child(processes, action, environment::mmdebstrap_command(request), PackageCount(observer));
  if (end.good) return;
  if (environment::lacks_a_version(end.said))
    if (const auto clauses =
            other_versions(processes, selection,
                           environment::versions_outside_command(action.path, bacula_names(selection)));
        !clauses.empty())
      refuse_versions(clauses, request, action.from);
  fail("mmdebstrap", request, end);
}

void run_debootstrap(system::Processes& processes, const MakeEnvironment& action, const Selection& selection,
                     const DebianRequest& request, Observer& observer) {
  const auto run = [&](const std::string& program, const environment::Argv& argv) {
    auto end = run_child(processes, action, argv, PackageCount(observer));
    if (end.good) return;
    // There dpkg's own words are.
    end.said += system::read_file_or(action.path + "/debootstrap/debootstrap.log", "");
    fail(program, request, end);
  };
  run("debootstrap", environment::debootstrap_command(request));
  write_policy(action.path);
  const auto inside = [&](const environment::Argv& argv) {
    return environment::in_tree(action.path, argv);
  };
  run("apt-get update", inside(environment::update_command()));
  const auto clauses =
      other_versions(processes, selection, inside(environment::versions_command(bacula_names(selection))));
  if (!clauses.empty()) refuse_versions(clauses, request, action.from);
  run("apt-get install", inside(environment::install_command(request.packages)));
}

environment::PackageDatabase require_complete(const MakeEnvironment& action, const Selection& selection) {
  auto database = environment::PackageDatabase::read(action.path);
  if (const auto clauses = environment::differences(selection.chosen.asked, database.packages);
      !clauses.empty())
    throw Refused(
        "What " + action.from + " has made is not what was asked for: " + system::joined(clauses, "; "),
        "Name a mirror that has the machine's version of Bacula in the profile ([environment] mirror), or "
        "have it made from = \"packages\"");
  const auto missing = missing_programs(action.catalog, action.path);
  if (!missing.empty())
    throw Failed("What " + action.from + " has made lacks " + system::joined(missing),
                 "Name the packages that have them in the profile: [environment] packages");
  return database;
}

}  // namespace

void make_by_debian_tool(system::Processes& processes, const MakeEnvironment& action, Observer& observer,
                         const std::string& machine) {
  const auto selection = select_packages(action, machine);
  if (selection.database.kind != "dpkg")
    throw Refused("[environment] from = \"" + action.from +
                      "\" wants a machine whose packages dpkg keeps; here it is " + selection.database.kind,
                  "Have it made from = \"packages\", or from = \"stage3\"");
  require_programs({action.from, "unshare", "apt-config", "apt-cache"}, machine, action.from);
  // Its packages lie beside what they unpack to for a while.
  require_room(action, selection.bytes / 2 * 3);
  const auto dump = processes.run({.argv = {"apt-config", "dump"}, .deadline = 30s}).out;
  auto request = request_of(action, selection, machine);
  auto lent = seed_tree(action.path, {dump, request.keyring}, machine);
  request.keyring = std::move(lent.keyring);
  request.wgetrc = std::move(lent.wgetrc);
  if (action.from == "mmdebstrap") {
    run_mmdebstrap(processes, action, selection, request, observer);
  } else {
    run_debootstrap(processes, action, selection, request, observer);
  }
  const auto database = require_complete(action, selection);
  tidy_tree(action, machine);
  std::string list;
  for (const auto& package : database.packages) list += package.name + " " + package.version + "\n";
  finish_tree(action.path, list);
  observer.observe(Event("environment-installed")
                       .with("by", action.from)
                       .with("suite", request.suite)
                       .with("from", request.mirrors)
                       .with("packages", static_cast<std::int64_t>(database.packages.size())));
}

}  // namespace recover
