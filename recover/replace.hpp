// A disk of the profile that is gone, and the new one that takes its place: the usual reason for a recovery.
// The operator says which (--replace OLD=NEW, by serial); nothing else may decide it.
//
//     replace_disks(profile, facts, {"S4EVNX0R123456=WD-1234"});   // throws Refused, UsageError
#pragma once

#include <string>
#include <vector>

#include "recover/facts.hpp"
#include "recover/profile.hpp"

namespace recover {

// Each "OLD=NEW". The profile in memory then names the new disk, and the partitions that it gets.
void replace_disks(Profile& profile, const Facts& facts, const std::vector<std::string>& given);

// The old disk and the new one side by side, and what the new one gets. Nothing when none is replaced.
std::vector<std::string> replaced_text(const Profile& profile, const Facts& facts);

// What is left to do about it when the machine lives again; empty when none is replaced.
std::string replaced_note(const Profile& profile);

// Two that say the same, in whatever order.
bool same_replacements(std::vector<std::string> a, std::vector<std::string> b);

}  // namespace recover
