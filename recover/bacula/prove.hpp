// Proves from the volumes that a chosen backup can be restored, and names what would be missing. Reads only.
// Quick: the label of each volume, and the first and the last block of each range of the kept bootstrap file.
// Full: every block of it, put together to files, each file's digest recomputed. What quick finds damaged is
// then read like that too, to name the files that it costs.
//
//     const auto proof = prove_backup(processes, {.keep = state, .volumes = "/mnt/storage/bacula"}, {});
//     if (!proof.good()) ...
#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "recover/bacula/console.hpp"
#include "recover/bacula/proof.hpp"

namespace recover::bacula {

struct ProveRequest {
  std::string keep;     // directory of backup.bsr and backup.toml
  std::string volumes;  // directory of the volumes
  bool full = false;
  // Who is asked for the names of missing files that the volumes do not tell; what it cannot tell is told by
  // number.
  Console console = {};
  std::string catalog_kind = {};  // sqlite3, postgresql, mysql
};

// Bytes read, and how many there are to read; 0: not known.
using OnProven = std::function<void(std::int64_t bytes, std::int64_t total)>;

// Damage is told in the answer. Throws Failed when the kept files cannot be read; Refused for encrypted data;
// Interrupted. `at` of the answer is left to the caller.
Proof prove_backup(system::Processes& processes, const ProveRequest& request, const OnProven& on_progress);

}  // namespace recover::bacula
