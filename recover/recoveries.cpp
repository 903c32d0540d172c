#include "recover/recoveries.hpp"

#include <algorithm>
#include <filesystem>

#include "recover/journal.hpp"
#include "recover/layout.hpp"
#include "recover/system/files.hpp"
#include "recover/system/text.hpp"

namespace recover {

bool is_unverified(const Recovery& recovery) {
  return recovery.state.destroying && !recovery.state.verified;
}

std::vector<Recovery> find_recoveries(const std::string& storage, const std::string& own,
                                      const std::string& filesystem) {
  std::vector<std::string> directories{own};
  if (!storage.empty()) {
    const auto state = storage + Layout::state_on_storage;
    directories.push_back(state);
    std::vector<std::string> of_playbooks;  // those that destroy nothing have a place of their own
    std::error_code ignored;
    for (const auto& entry : std::filesystem::directory_iterator(state, ignored))
      if (entry.is_directory(ignored)) of_playbooks.push_back(entry.path().string());
    std::sort(of_playbooks.begin(), of_playbooks.end());
    directories.insert(directories.end(), of_playbooks.begin(), of_playbooks.end());
  }
  std::vector<Recovery> found;
  for (const auto& directory : directories) {
    if (!system::exists(journal_path(directory))) continue;
    auto state = state_of(read_journal(journal_path(directory)).events);
    const bool anothers = directory != own && !filesystem.empty() && !state.filesystem.empty() &&
                          !system::same_uuid(state.filesystem, filesystem);
    if (state.started && state.recovery && !anothers) found.push_back({directory, std::move(state)});
  }
  return found;
}

std::string other_journal_remedy(const std::string& own) {
  return "Copy the other journal over it, the one in recover-state on the storage volume or the one in " +
         own + ", when that is whole; then run recover verify-backup again";
}

void record(const Recovery& recovery, const Event& event) {
  Journal::append(recovery.directory).write(event);
}

}  // namespace recover
