// The command line.
#pragma once

#include <string>
#include <vector>

namespace recover {

struct Options {
  std::string command;             // run, status, list, check, log, help, version
  std::vector<std::string> names;  // of check
  std::string playbook, profile, as_of, state;
  std::vector<std::string> confirm;
  bool dry_run = false, resume = false, restart = false, json = false;
};

// Throws UsageError naming the word that is wrong.
Options parse_options(int argc, const char* const* argv);

std::string help_text();

}  // namespace recover
