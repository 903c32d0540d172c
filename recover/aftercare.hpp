// What a backup of files cannot bring back, and what can be done about it: snapper's .snapshots subvolumes,
// Docker's layers where its storage driver is btrfs. Looked at on the recovered machine, long after it boots.
#pragma once

#include <string>
#include <vector>

#include "recover/facts.hpp"

namespace recover {

// `root`: of the machine, "/" or a test's. What cannot be read is not lost.
AftercareFacts look_for_aftercare(const std::string& root);

}  // namespace recover
