// Checks: read-only questions. A check gets values and answers holds, fails or unknown, with its evidence
// and, when it does not hold, what to do. It cannot act: this header is all it may see.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "recover/capacity.hpp"
#include "recover/efi_entry.hpp"
#include "recover/facts.hpp"
#include "recover/layout.hpp"
#include "recover/profile.hpp"
#include "recover/proof_text.hpp"
#include "recover/targets.hpp"

namespace recover {

enum class Verdict { holds, fails, unknown };

struct Answer {
  Verdict verdict;
  std::string evidence;  // a sentence without a full stop
  std::string remedy;    // empty when it holds
};

inline Answer holds(std::string evidence) {
  return {Verdict::holds, std::move(evidence), {}};
}
inline Answer fails(std::string evidence, std::string remedy) {
  return {Verdict::fails, std::move(evidence), std::move(remedy)};
}
// Not to be known yet, or not from here.
inline Answer unknown(std::string why) {
  return {Verdict::unknown, std::move(why), {}};
}

std::string_view to_string(Verdict verdict);

// What must be probed for a check besides the cheap facts.
enum class Needs {
  nothing,
  director,    // a conversation with the Director
  filesystem,  // the new btrfs, while it is mounted
  root,        // fstab and directories of the restored root
  tree,        // every file of it
  boot,        // its ESP, boot loader and boot menu
  losses,      // the journals of the recovery, for what is degraded
  gate,        // all journals, for recoveries that are not finished
};

struct Check {
  std::string_view name;
  std::string_view question;  // one line
  Answer (*ask)(const Profile& profile, const Facts& facts);
  Needs needs = Needs::nothing;
  // What it finds wrong cannot be answered by a fallback: the run is refused.
  bool refuses = false;
  // It asks for what a run makes: before the run, "fails" is no complaint.
  bool only_after_a_step = false;
  // Must hold, not just be unknown, before anything is destroyed, whatever the playbook says: laws 1 and 2.
  bool before_destroying = false;
  // As a proof it fails no step: what it finds is told, and the run ends with Exit::degraded.
  bool only_told = false;
};

// Sorted by name. The one table is in checks/table.cpp.
const std::vector<Check>& all_checks();
const Check* find_check(std::string_view name);

}  // namespace recover
