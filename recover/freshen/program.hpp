// The program and its playbooks on the storage volume: what must be copied there so that they are those of
// this run. A bundle (docs/install.md) is never replaced by a program that wants the libraries of this
// machine, nor a newer one by an older.
#pragma once

#include <sys/types.h>
#include <string>
#include <vector>

#include "recover/freshen/piece.hpp"

namespace recover::freshen {

// Of the running one, as recover/layout.hpp has them.
struct Program {
  std::string path;
  std::vector<std::string> playbooks, libraries;  // files; libraries: of a bundle
};

struct Copy {
  std::string from, to;
  mode_t mode = 0;
  bool keeps_old = false;  // as FILE.old: somebody may have written it
  bool operator==(const Copy&) const = default;
};

struct ProgramWanted {
  Piece piece;
  std::vector<Copy> copies;           // in this order: at any moment between two a program is there that runs
  std::vector<std::string> outdated;  // libraries of an older bundle, to be removed behind them
};

// `version_there`: what the program on the storage volume says; empty: there is none, or it does not run.
ProgramWanted renew_program(const Program& running, const std::string& storage,
                            const std::string& version_there);
// Each file is written beside and renamed. Throws Failed.
void copy_program(const ProgramWanted& wanted);

// "0.1.0" of what --version prints; empty: it says none.
std::string version_of(const std::string& said);
bool is_newer(const std::string& version, const std::string& than);

}  // namespace recover::freshen
