#include "recover/environment/package_database.hpp"

#include <algorithm>
#include <filesystem>

#include "recover/error.hpp"
#include "recover/system/files.hpp"
#include "recover/system/text.hpp"

namespace recover::environment {
namespace {

namespace fs = std::filesystem;

constexpr const char* dpkg = "/var/lib/dpkg";
constexpr const char* portage = "/var/db/pkg";

PackageDatabase read_dpkg(const std::string& directory) {
  return {"dpkg", parse_dpkg_status(system::read_file(directory + "/status")),
          [directory](const Package& package) {
            // With its architecture where another one's could stand beside it.
            const auto list = directory + "/info/" + package.key + ".list";
            return parse_dpkg_list(system::read_file(
                system::exists(list) ? list : directory + "/info/" + package.name + ".list"));
          }};
}

std::string text_of(const fs::path& path) {
  return system::exists(path) ? system::read_file(path) : "";
}

PackageDatabase read_portage(const std::string& directory) {
  PackageDatabase database{
      "portage", {}, [directory](const Package& package) {
        return parse_portage_contents(text_of(directory + "/" + package.key + "/CONTENTS"));
      }};
  for (const auto& category : fs::directory_iterator(directory)) {
    if (!category.is_directory()) continue;
    for (const auto& entry : fs::directory_iterator(category)) {
      const auto name = entry.path().filename().string();
      if (!entry.is_directory() || name.starts_with("-MERGING-")) continue;
      auto package = portage_package(category.path().filename().string() + "/" + name);
      package.needs = parse_portage_atoms(text_of(entry.path() / "RDEPEND"));
      // What every package needs and none names: the C library and the compiler's.
      for (auto& library : parse_portage_libraries(text_of(entry.path() / "REQUIRES")))
        package.needs.push_back(std::move(library));
      package.provides = parse_portage_libraries(text_of(entry.path() / "PROVIDES"));
      database.packages.push_back(std::move(package));
    }
  }
  return database;
}

// Whose name says that it belongs to a recovery, though no program of the lists may be in it.
bool is_wanted_by_name(const std::string& name) {
  return is_bacula(name) || name == "sys-apps/baselayout";
}

class Choice {
 public:
  explicit Choice(const PackageDatabase& database) {
    for (const auto& package : database.packages) {
      by_name_[package.name].push_back(&package);
      for (const auto& name : package.provides) by_name_[name].push_back(&package);
    }
  }

  bool add(const std::string& name) {
    const auto found = by_name_.find(name);
    if (found == by_name_.end()) return false;
    for (const auto* package : found->second) add(package);
    return true;
  }

  void add(const Package* first) {
    asked_.insert(first);
    std::vector<const Package*> left{first};
    while (!left.empty()) {
      const auto* package = left.back();
      left.pop_back();
      if (!chosen_.insert(package).second) continue;
      for (const auto& name : package->needs)
        if (const auto found = by_name_.find(name); found != by_name_.end())
          left.insert(left.end(), found->second.begin(), found->second.end());
    }
  }

  std::vector<const Package*> sorted() const { return sorted(chosen_); }
  std::vector<const Package*> asked() const { return sorted(asked_); }

 private:
  static std::vector<const Package*> sorted(const std::set<const Package*>& packages) {
    std::vector<const Package*> all(packages.begin(), packages.end());
    std::sort(all.begin(), all.end(), [](const auto* a, const auto* b) { return a->key < b->key; });
    return all;
  }

  std::map<std::string, std::vector<const Package*>> by_name_;
  std::set<const Package*> chosen_, asked_;
};

}  // namespace

PackageDatabase PackageDatabase::read(const std::string& root) {
  const auto at = [&](const std::string& path) {
    return (root == "/" ? "" : root) + path;
  };
  if (system::exists(at(dpkg) + "/status")) return read_dpkg(at(dpkg));
  if (system::exists(at(portage))) return read_portage(at(portage));
  for (const auto& [path, name] : std::map<std::string, std::string>{
           {"/usr/lib/sysimage/rpm", "rpm"}, {"/var/lib/rpm", "rpm"}, {"/var/lib/pacman/local", "pacman"}})
    if (system::exists(at(path)))
      throw Failed("The packages of this machine are kept by " + name +
                       ", whose lists recover cannot read: it knows dpkg and Portage",
                   "Make the environment by hand (docs/handbook.md, 1.3)");
  throw Failed(
      "There is no list of packages that recover knows: neither " + std::string(dpkg) + " nor " + portage,
      "Make the environment by hand (docs/handbook.md, 1.3)");
}

Chosen choose(const PackageDatabase& database, const Wanted& wanted,
              const std::function<std::string(const std::string&)>& real_place) {
  Choice choice(database);
  for (const auto& package : database.packages)
    if (is_wanted_by_name(package.name)) choice.add(&package);
  Chosen chosen;
  for (const auto& name : wanted.packages)
    if (!choice.add(name))
      chosen.problems.push_back("no package \"" + system::printable(name) + "\" is installed");

  std::map<std::string, std::string> by_place;  // of the programs that are there
  for (const auto& [name, path] : wanted.programs) {
    if (!path.empty()) by_place.emplace(real_place(path), name);
    if (path.empty() && wanted.required.contains(name)) chosen.problems.push_back("there is no " + name);
  }
  for (const auto& package : database.packages)
    for (const auto& path : database.paths(package)) {
      const auto name = path.substr(path.rfind('/') + 1);
      // Most paths are no program's, and need not be looked for.
      const bool may_be = std::any_of(by_place.begin(), by_place.end(), [&](const auto& program) {
        return program.first.ends_with("/" + name);
      });
      if (!may_be) continue;
      if (const auto found = by_place.find(real_place(path)); found != by_place.end()) {
        choice.add(&package);
        by_place.erase(found);
      }
    }
  for (const auto& [place, name] : by_place)
    if (wanted.required.contains(name)) chosen.problems.push_back("no package has " + place);
  chosen.packages = choice.sorted();
  chosen.asked = choice.asked();
  return chosen;
}

}  // namespace recover::environment
