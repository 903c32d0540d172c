// The command line.
#pragma once

#include <string>
#include <vector>

namespace recover {

struct Options {
  // run, diagnose, verify-backup, quarantine, freshen, status, list, check, log, capture, help, version
  std::string command;
  std::vector<std::string> names;  // of check
  std::string playbook, profile, as_of, state;
  std::vector<std::string> confirm, replace;
  std::string prove;  // quick or full: instead of what the playbook says; empty: as it says
  bool all = false;   // salvage everything
  bool dry_run = false, resume = false, restart = false, json = false;
  bool without_efi_variables = false;
  bool check_filesystem = false;                  // of diagnose
  std::string output, compare;                    // of capture: -o FILE, --check FILE; of log: -o DIR
  bool report = false;                            // of log
  bool to_storage = false;                        // of capture
  bool hold = false, keep = false, lift = false;  // of quarantine
};

// Throws UsageError naming the word that is wrong.
Options parse_options(int argc, const char* const* argv);

std::string help_text();

}  // namespace recover
