#include "recover/verify/chain.hpp"

#include <sys/stat.h>

#include <algorithm>

#include "recover/bacula/verify_job.hpp"
#include "recover/duration.hpp"
#include "recover/system/machine.hpp"
#include "recover/system/text.hpp"

namespace recover::verify {
namespace {

constexpr const char* remedy =
    "Run a Full backup to other volumes at once (bconsole: run job=... level=Full), then replace the disk or "
    "the volume; what is older: recover --as-of";

// When nothing else is wrong: neither disk nor volume is to blame.
constexpr const char* unprovable_remedy =
    "Set it (reload in bconsole), and Block Checksum = yes in the Storage Daemon's Device; then run a Full "
    "backup (bconsole: run job=... level=Full)";

bool proven_lately(const Context& context, const bacula::JobRecord& job) {
  const auto found = context.record.jobs.find(job.id);
  if (found == context.record.jobs.end() || found->second.start != job.start) return false;
  const auto age = system::now() - found->second.at;
  return age >= 0 && age < context.profile.verify.verified_for.count();
}

// Without reading them: a volume that is gone, or cut off, is seen at once.
void look_for_volumes(const Context& context, const std::vector<std::int64_t>& jobs) {
  if (jobs.empty()) return;
  for (const auto& volume : bacula::volumes_of(context.processes, context.console, jobs)) {
    const auto named =
        "The volume " + system::printable(volume.name) + " of job " + std::to_string(volume.job);
    struct stat file {};
    if (::stat((context.volumes() + "/" + volume.name).c_str(), &file) != 0)
      context.findings.fails("volumes", named + " is not in " + context.volumes(),
                             "Put it back, or run a Full backup");
    else if (file.st_size < volume.bytes)
      context.findings.fails("volumes",
                             named + " is cut off: it has " + std::to_string(file.st_size) + " bytes of " +
                                 std::to_string(volume.bytes),
                             remedy);
  }
}

std::string told(const bacula::JobProof& proof) {
  std::string text = "job " + std::to_string(proof.job) + ": " + std::to_string(proof.examined) + " of " +
                     std::to_string(proof.expected) + " files are on the volumes as the catalog has them";
  const auto shown = std::min<std::size_t>(proof.problems.size(), 6);  // it is said twice
  for (std::size_t i = 0; i < shown; ++i) text += "; " + proof.problems[i];
  const auto more = static_cast<std::int64_t>(proof.problems.size() - shown) + proof.more_problems;
  if (more > 0) text += "; and " + std::to_string(more) + " more";
  return text;
}

void prove(const Context& context, const bacula::JobRecord& job, RecordWriter& record) {
  const bacula::VerifyRequest request{context.console, context.profile.bacula.catalog, job.id,
                                      context.volumes()};
  const auto proof = bacula::verify_job(context.processes, request, [&](std::int64_t bytes) {
    context.reporter.observe(
        Event("progress").with("bytes", bytes).with("total-bytes", job.bytes).with("current", "verifying"));
  });
  const bool only_unprovable = proof.unprovable > 0 && proof.problems.size() == 1;
  if (!proof.good())
    return context.findings.fails("volumes", told(proof), only_unprovable ? unprovable_remedy : remedy);
  record.verified(job);
  std::string text = told(proof) + ", " + std::to_string(proof.digests) + " digests recomputed";
  if (proof.without_digest > 0)
    text += "; " + std::to_string(proof.without_digest) +
            " have none: add Signature = SHA1 to the FileSet's Options";
  context.findings.holds("volumes", text);
}

}  // namespace

void prove_chain(const Context& context, const std::vector<bacula::JobRecord>& chain, RecordWriter& record) {
  std::vector<std::int64_t> trusted;
  for (const auto& job : chain) try {
      if (job.id != chain.back().id && proven_lately(context, job)) {
        trusted.push_back(job.id);
        continue;
      }
      prove(context, job, record);
    } catch (const Interrupted&) {
      throw;
    } catch (const Error& error) {
      context.findings.fails("volumes", error);
    }
  look_for_volumes(context, trusted);
}

}  // namespace recover::verify
