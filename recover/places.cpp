#include "recover/places.hpp"

#include <algorithm>
#include <filesystem>

#include "recover/error.hpp"
#include "recover/journal.hpp"
#include "recover/layout.hpp"
#include "recover/system/files.hpp"
#include "recover/system/machine.hpp"
#include "recover/system/text.hpp"

namespace recover {
namespace {

std::vector<std::string> playbook_directories() {
  return {system::own_directory() + "/playbooks", "/etc/recover/playbooks",
          RECOVER_DATA_DIRECTORY "/playbooks"};
}

}  // namespace

std::string find_profile(const std::string& given) {
  if (!given.empty()) return given;
  const std::vector<std::string> places{system::own_directory() + "/machine.toml",
                                        "/etc/recover/machine.toml"};
  for (const auto& place : places)
    if (system::exists(place)) return place;
  throw UsageError("No machine profile was found: neither " + places[0] + " nor " + places[1],
                   "Give it with --profile FILE");
}

std::string find_playbook(const std::string& given) {
  if (given.find('/') != std::string::npos || given.ends_with(".toml")) return given;
  std::vector<std::string> known;
  for (const auto& file : list_playbooks()) {
    known.push_back(std::filesystem::path(file).stem().string());
    if (known.back() == given) return file;
  }
  const auto near = system::nearest(given, known);
  throw UsageError("There is no playbook \"" + system::printable(given) + "\" in " +
                       playbook_directories().front() + " nor in the other places",
                   near.empty() ? "\"recover list\" shows the playbooks" : "Did you mean \"" + near + "\"?");
}

std::vector<std::string> list_playbooks() {
  std::vector<std::string> files, names;
  for (const auto& directory : playbook_directories()) {
    std::error_code ignored;
    std::vector<std::string> here;
    for (const auto& entry : std::filesystem::directory_iterator(directory, ignored))
      if (entry.path().extension() == ".toml" && !entry.path().filename().string().starts_with("machine."))
        here.push_back(entry.path().string());
    std::sort(here.begin(), here.end());
    for (const auto& file : here) {
      const auto name = std::filesystem::path(file).stem().string();
      if (std::find(names.begin(), names.end(), name) != names.end()) continue;  // the nearer one counts
      names.push_back(name);
      files.push_back(file);
    }
  }
  return files;
}

std::vector<std::string> list_libraries() {
  std::vector<std::string> files;
  std::error_code ignored;
  for (const auto& entry :
       std::filesystem::directory_iterator(system::own_directory() + Layout::libraries_beside, ignored))
    if (entry.is_regular_file(ignored)) files.push_back(entry.path().string());
  std::sort(files.begin(), files.end());
  return files;
}

std::string find_journal_directory(const std::string& given) {
  if (!given.empty()) return system::exists(journal_path(given)) ? given : "";
  for (const auto& place :
       {system::own_directory() + Layout::state_on_storage, std::string(Layout::handed_over)})
    if (system::exists(journal_path(place))) return place;
  return "";
}

}  // namespace recover
