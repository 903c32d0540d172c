// Proves one backup job: what stands of it on the volumes is read, each file's digest is recomputed from its
// data, and every file is compared with the catalog. Bacula's own Verify does less: VolumeToCatalog does not
// read the data, and Data reports hard links that are well. One pass over the job's blocks; memory: 24 bytes
// a file, and in a VirtualFull some 60 more for each that has several names.
//
//     const auto proof = verify_job(processes, {console, "sqlite3", 17, "/mnt/storage/bacula"});
//     if (!proof.good()) ...
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "recover/bacula/bootstrap.hpp"
#include "recover/bacula/console.hpp"

namespace recover::bacula {

struct VerifyRequest {
  Console console;
  std::string catalog_kind;  // sqlite3, postgresql, mysql
  std::int64_t job = 0;      // JobId
  std::string volumes;       // directory of the volumes
};

struct JobProof {
  std::int64_t job = 0;
  // Files, as the job's own record counts them (JobFiles). Those that an Incremental found deleted count.
  std::int64_t expected = 0;
  std::int64_t examined = 0;        // found on the volumes, whole, and as the catalog says
  std::int64_t digests = 0;         // recomputed from the data and right; hard links have no data
  std::int64_t without_digest = 0;  // regular files with data of which none was stored
  // Of those, the ones whose blocks have no checksum either (Block Checksum = no in the Device): nothing
  // tells whether they are as they were. They are one problem, and not examined.
  std::int64_t unprovable = 0;
  std::int64_t bytes = 0;  // read from the volumes
  std::vector<std::string> volumes;
  // At most 20, printable, no full stop: "/home/x: its data does not give the stored digest"
  std::vector<std::string> problems;
  std::int64_t more_problems = 0;  // beyond those
  bool good() const;               // no problem, examined == expected
};

// Throws Failed: a volume cannot be opened, the catalog does not know the job, or no longer its files;
// Refused: encrypted data, a job that builds on a Base job, volumes that are not plain files. `on_progress`
// is told what has been read.
JobProof verify_job(system::Processes& processes, const VerifyRequest& request,
                    const std::function<void(std::int64_t bytes)>& on_progress = {});

// For restores and tests: where a job stands (from JobMedia: volumes, addresses, and the job's
// VolSessionId/Time). Without ranges when it wrote nothing.
Bootstrap job_bootstrap(system::Processes& processes, const Console& console, std::int64_t job);

}  // namespace recover::bacula
