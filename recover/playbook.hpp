// Playbooks: what to do, in order, as TOML. No loops, and no conditions but one: fallback-for.
// docs/formats.md describes the file.
#pragma once

#include <string>
#include <vector>

#include "recover/profile.hpp"
#include "recover/step.hpp"

namespace recover {

struct PlaybookStep {
  std::string name;
  std::string uses;                         // a step kind
  std::string fallback_for;                 // the step that this one stands in for; empty: an ordinary step
  std::vector<std::string> guards, proofs;  // names of checks
  Parameters parameters;                    // ${profile.KEY} not yet replaced
};

struct Playbook {
  std::string file;
  std::string name;  // "storage"
  std::string title;
  std::string text;  // as read: part of the plan's hash
  // False: it tends a machine that lives. It ends when it is done; no backup has to be verified after it.
  bool recovery = true;
  std::vector<PlaybookStep> steps;
};

// Throws UsageError with file, line, column, the word that is wrong and the nearest known word.
Playbook load_playbook(const std::string& path);

// Replaces ${profile.KEY} in the parameters of a loaded step.
Parameters substituted(const PlaybookStep& step, const Profile& profile);

}  // namespace recover
