// What was found when the volumes were asked whether the chosen backup can be restored from them, before
// anything is destroyed. A value, kept as proof.toml beside backup.bsr, read again as facts. It is of that
// bootstrap file, and of the volumes as they were then: other ones are not proven by it.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace recover::bacula {

struct ProvenVolume {
  std::string name;
  std::int64_t size = 0;      // bytes
  std::int64_t modified = 0;  // nanoseconds since 1970
  bool operator==(const ProvenVolume&) const = default;
};

struct Proof {
  bool full = false;      // every block was read; else the first and the last of each range
  std::int64_t at = 0;    // when it was made, seconds since 1970
  std::string bootstrap;  // SHA-256 of backup.bsr, hexadecimal
  std::vector<ProvenVolume> volumes;
  std::int64_t ranges = 0;                 // each: what one session has of one volume, in one piece
  std::int64_t stored = 0;                 // bytes: how long the ranges are together
  std::int64_t blocks = 0, bytes = 0;      // that were read
  std::int64_t files = 0;                  // that the bootstrap file names
  std::int64_t whole = 0;                  // full: of those, the ones that were read and are whole
  std::int64_t data = 0;                   // full: bytes of their data, packed as on the volumes
  std::int64_t digests = 0;                // full: recomputed from the data and right
  std::int64_t without_digest = 0;         // full: files with data of which none can be computed
  std::vector<std::string> problems;       // at most 20 sentences, each with volume and address
  std::int64_t more_problems = 0;          // beyond those
  std::int64_t missing = 0;                // files that a restore could not bring back whole
  std::vector<std::string> missing_names;  // at most 20 of them, printable
  bool good() const { return problems.empty() && more_problems == 0 && missing == 0; }
  bool operator==(const Proof&) const = default;
};

// "quick" or "full".
std::string depth_of(const Proof& proof);

// As hexadecimal digits; of keep/backup.bsr.
std::string bootstrap_sum(const std::string& keep);

// Size and time of the volume as it is now; -1 for both when there is none.
ProvenVolume look_at_volume(const std::string& directory, const std::string& name);

// Why the proof is not of this bootstrap file and of these volumes; empty: it is.
std::string changed_since(const Proof& proof, const std::string& sum,
                          const std::vector<ProvenVolume>& volumes);

// keep/proof.toml. Reading throws Failed.
void write_proof(const std::string& keep, const Proof& proof);
Proof read_proof(const std::string& keep);
bool has_proof(const std::string& keep);

// Throws Failed when there is a proof, and keep/backup.bsr is not the file that it is of.
void require_proven_bootstrap(const std::string& keep);

}  // namespace recover::bacula
