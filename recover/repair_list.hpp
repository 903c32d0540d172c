// What the recovery that this machine came from lists as degraded and not yet repaired.
//
//     const auto losses = find_losses("/mnt/storage");
//     for (const auto& [lost, files] : losses.lost) ...
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "recover/event.hpp"
#include "recover/layout.hpp"
#include "recover/recoveries.hpp"

namespace recover {

struct Losses {
  std::vector<Recovery> journals;  // all of that one recovery
  std::string bootstrap;           // path of the backup.bsr that it restored by; empty: none is left
  // As JournalState::degraded; what any of the journals still lists.
  std::map<std::string, std::map<std::string, std::string>> lost;
  std::int64_t completed_at = 0;  // as JournalState's; what was changed later was changed by somebody else
};

// `storage`, `own`: as for find_recoveries(). The journal that travelled in the own root tells which recovery
// it was; others on the storage volume count when they tell of the same. Throws UsageError when a journal is
// not as it was written.
Losses find_losses(const std::string& storage, const std::string& own = Layout::handed_over);

// path -> of `kinds` what it has lost. A directory comes before what is in it: whatever is brought back there
// changes the directory, and nothing would tell that from what others have changed.
std::map<std::string, std::vector<std::string>> by_path(const Losses& losses,
                                                        const std::vector<std::string>& kinds);

// Appends the event to each of its journals. Throws Error.
void record(const Losses& losses, const Event& event);

}  // namespace recover
