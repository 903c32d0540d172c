#include "recover/repair_list.hpp"

#include "recover/system/files.hpp"

namespace recover {

Losses find_losses(const std::string& storage, const std::string& own) {
  Losses losses;
  for (auto& recovery : find_recoveries(storage, own)) {
    if (!losses.journals.empty() && !same_recovery(losses.journals.front().state, recovery.state)) continue;
    for (const auto& [lost, files] : recovery.state.degraded)
      losses.lost[lost].insert(files.begin(), files.end());
    const auto bootstrap = recovery.directory + "/backup.bsr";
    if (losses.bootstrap.empty() && system::exists(bootstrap)) losses.bootstrap = bootstrap;
    // The copy that travelled tells an earlier moment than the original: that of the tree.
    if (const auto at = recovery.state.completed_at;
        at != 0 && (losses.completed_at == 0 || at < losses.completed_at))
      losses.completed_at = at;
    losses.journals.push_back(std::move(recovery));
  }
  return losses;
}

std::map<std::string, std::vector<std::string>> by_path(const Losses& losses,
                                                        const std::vector<std::string>& kinds) {
  std::map<std::string, std::vector<std::string>> all;
  for (const auto& lost : kinds)
    if (const auto files = losses.lost.find(lost); files != losses.lost.end())
      for (const auto& [path, words] : files->second) all[path].push_back(lost);
  return all;
}

void record(const Losses& losses, const Event& event) {
  for (const auto& journal : losses.journals) record(journal, event);
}

}  // namespace recover
