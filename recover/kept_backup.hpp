// The backup that Bacula has made of a broken filesystem, once it is whole in the scratch directory: from
// there it is put to the real ones, piece by piece, each in one moment. What was decided stands in a file, so
// that whoever comes after a kill goes on with it.
//
//     decide(scratch, kept);
//     put(scratch, kept);
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace recover {

// Of the volumes; and how their names begin.
inline constexpr const char* salvage_pool = "RecoverSalvage";

struct KeptBackup {
  std::int64_t job = 0, files = 0, bytes = 0, deleted = 0;
  std::vector<std::string> volumes;  // names, in SCRATCH/volumes
  std::vector<std::string> damaged;  // "PATH: words"; their older versions are what a restore brings
  std::int64_t kept_back = 0;        // deletions that were not believed
  std::string catalog;               // file in the scratch directory
  std::string addition;              // to the bootstrap file
};

struct RealPlaces {
  std::string volumes;    // directory
  std::string catalog;    // file
  std::string bootstrap;  // file; need not be there
};

// From here on it counts. Throws Failed.
void decide(const std::string& scratch, const KeptBackup& kept);
// Nothing when nothing was decided. Throws Failed.
std::optional<KeptBackup> decided(const std::string& scratch);

// The volume first, because it alone tells whoever looks what it is; then the catalog, then the bootstrap
// file. What is done already is not done again. Then the scratch directory goes. Returns what the former
// catalog is kept as. Throws Failed; Refused when another volume has the name.
std::string put(const std::string& scratch, const KeptBackup& kept, const RealPlaces& places);

}  // namespace recover
