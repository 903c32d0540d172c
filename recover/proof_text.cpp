#include "recover/proof_text.hpp"

#include "recover/system/text.hpp"

namespace recover {
namespace {

std::string counted(std::int64_t number, const char* thing) {
  return std::to_string(number) + " " + thing + (number == 1 ? "" : "s");
}

}  // namespace

std::string proof_text(const bacula::Proof& proof, bool by_director) {
  const auto volumes = counted(static_cast<std::int64_t>(proof.volumes.size()), "volume") + ", " +
                       counted(proof.ranges, "range");
  const auto files =
      counted(proof.files, "file") + ", as " + (by_director ? "the catalog says" : "its list says");
  if (!proof.full) return "quick: " + volumes + ", the first and the last block of each read; " + files;
  return "full: " + volumes + ", every block read, " + system::human_bytes(proof.bytes) + "; " + files +
         ", all whole, " + counted(proof.digests, "digest") + " computed and right" +
         (proof.without_digest == 0
              ? ""
              : ", " + counted(proof.without_digest, "file") + " of which none can be computed");
}

std::string verified_text(const std::optional<VerifyFacts>& verified) {
  if (!verified)
    return "no verify-backup is on record: nobody has shown that this machine's backups can be restored";
  if (verified->passed)
    return "verify-backup passed on " + verified->time + " (job " + std::to_string(verified->job) + ")";
  return "verify-backup DID NOT PASS on " + verified->time +
         (verified->problem.empty() ? "" : ": " + system::printable(verified->problem));
}

}  // namespace recover
