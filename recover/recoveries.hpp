// The recoveries that are on record where a machine can see them: the journal that travelled in its own root,
// and the originals on the storage volume.
//
//     for (const auto& recovery : find_recoveries("/mnt/storage")) gate(recovery.state) ...
#pragma once

#include <string>
#include <vector>

#include "recover/event.hpp"
#include "recover/journal_state.hpp"

namespace recover {

struct Recovery {
  std::string directory;  // of the journal
  JournalState state;
};

// It has destroyed something, and no backup has verified since.
bool is_unverified(const Recovery& recovery);

// The one in the own root first. A run that recovers nothing (Playbook::recovery) is none. `storage`: mount
// point of the storage volume, or empty. `own`: where the journal is that travelled. `filesystem`: UUID of
// the root; on the storage volume those of another one are another machine's, and left out; empty: all count.
// Throws UsageError when a journal is not as it was written.
std::vector<Recovery> find_recoveries(const std::string& storage, const std::string& own,
                                      const std::string& filesystem = "");

// What to do, on the machine itself, about a journal that is not as it was written.
std::string other_journal_remedy(const std::string& own);

// Appends the event to the journal. Throws Error.
void record(const Recovery& recovery, const Event& event);

}  // namespace recover
