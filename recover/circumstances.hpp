// What a plan was made for, in words: each fact that must still be so when it acts. The plan's hash is over
// them, the journal holds them, and before anything is destroyed they are read again: a disk that was
// swapped, a mount that was gained, another backup that has finished, is shown as a difference, and refuses.
//
//     const auto drift = difference(plan.circumstances, circumstances(profile, facts, plan.mount_points));
//     if (!drift.empty()) throw Refused(drift, "Start again ...");
#pragma once

#include <string>
#include <vector>

#include "recover/facts.hpp"
#include "recover/profile.hpp"

namespace recover {

// Printable sentences without a full stop, each of one fact.
struct Circumstances {
  std::vector<std::string> lasting;  // disks, partitions, backups: so after a reboot of the rescue system too
  std::vector<std::string> passing;  // names of devices, what is on them, mounts: of this boot
  bool operator==(const Circumstances&) const = default;
};

// `own`: mount points of the plan itself, which come and go; what is mounted at or below one is no part of
// it.
Circumstances circumstances(const Profile& profile, const Facts& facts, const std::vector<std::string>& own);

// The backup that was chosen. It is not known yet when a plan is made; it may not change while the operator
// is asked.
std::vector<std::string> chosen_backup(const Facts& facts);

// What is no longer so, and what is so instead, in words; empty: nothing.
std::string difference(const std::vector<std::string>& before, const std::vector<std::string>& after);
std::string difference(const Circumstances& before, const Circumstances& after);

}  // namespace recover
