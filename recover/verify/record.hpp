// What verify-backup has verified before, kept beside the recovery's journal and in the same form:
// checksummed, append-only.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "recover/bacula/job_facts.hpp"
#include "recover/facts.hpp"

namespace recover::verify {

struct VerifiedJob {
  std::string start;    // of the job, as the catalog had it then: job numbers begin anew with a catalog
  std::int64_t at = 0;  // when it was verified, seconds since 1970
};

struct Record {
  std::map<std::int64_t, VerifiedJob> jobs;
  std::set<std::string> chains_begun;  // recoveries, by when they began, since which a Full is proven
  std::int64_t last = 0;               // when verify-backup last ended; 0: never
  bool passed = false;
  std::int64_t job = 0;               // its backup
  std::string time;                   // YYYY-MM-DD HH:MM:SS
  std::vector<std::string> problems;  // why it did not pass
};

// In the directory of the recovery's journal. Throws UsageError when it is not as it was written.
Record read_record(const std::string& own);

// The last result alone, for whoever must restore this backup in a rescue system: a small file in `directory`
// on the storage volume, written whole. `filesystem`: UUID of the root, so that no other machine's is read.
struct Result {
  std::string filesystem;
  bool passed = false;
  std::int64_t job = 0;
  std::vector<std::string> problems;
};
void leave_result(const std::string& directory, const Result& result);  // throws Failed
std::optional<VerifyFacts> read_result(const std::string& directory, const std::string& filesystem);

class RecordWriter {
 public:
  explicit RecordWriter(const std::string& own);
  void verified(const bacula::JobRecord& job);
  void chain_begun(const bacula::JobRecord& full, const std::vector<std::string>& recoveries);
  void ended(bool passed, std::int64_t job, const std::vector<std::string>& problems);

 private:
  std::string directory_;
};

}  // namespace recover::verify
