#include "recover/prove_actions.hpp"

#include <utility>

#include "recover/bacula/choose.hpp"
#include "recover/bacula/proof.hpp"
#include "recover/error.hpp"
#include "recover/lost_name.hpp"
#include "recover/system/machine.hpp"
#include "recover/system/text.hpp"

namespace recover {
namespace {

Event told(const char* name, const bacula::Proof& proof) {
  std::vector<std::string> volumes;
  for (const auto& volume : proof.volumes) volumes.push_back(volume.name);
  return Event(name)
      .with("depth", bacula::depth_of(proof))
      .with("bootstrap", proof.bootstrap)
      .with("volumes", std::move(volumes))
      .with("ranges", proof.ranges)
      .with("stored", proof.stored)
      .with("blocks", proof.blocks)
      .with("bytes", proof.bytes)
      .with("files", proof.files)
      .with("whole", proof.whole)
      .with("digests", proof.digests)
      .with("without-digest", proof.without_digest);
}

// The first of them, and how many more.
std::string some(const std::vector<std::string>& sentences, std::int64_t all, std::size_t most) {
  std::string text;
  std::size_t shown = 0;
  for (; shown < sentences.size() && shown < most; ++shown)
    text += (shown == 0 ? "" : "; ") + sentences[shown];
  const auto more = all - static_cast<std::int64_t>(shown);
  return text + (more > 0 ? "; and " + std::to_string(more) + " more" : "");
}

[[noreturn]] void refuse(const bacula::Proof& proof, const std::string& volumes) {
  const auto problems = static_cast<std::int64_t>(proof.problems.size()) + proof.more_problems;
  std::string text = "The backup cannot be restored whole from the volumes in " + volumes + ": " +
                     some(proof.problems, problems, 5);
  text += proof.missing == 0
              ? ""
              : ". Of its " + std::to_string(proof.files) + " files " + std::to_string(proof.missing) +
                    " would be missing or damaged: " + some(proof.missing_names, proof.missing, 20);
  throw Refused(
      text,
      "Find the volume, or a copy of it that is whole, and start again. Or choose an older backup "
      "that does without it: --as-of. If there is none, first copy from the old disk what can still "
      "be read of it: nothing was written to it");
}

std::string described(const bacula::VolumeFile& file) {
  return (file.name.empty() ? lost_name({file.session_time, file.session_id, file.index})
                            : system::printable(file.name)) +
         ": " + system::printable(file.damage.front());
}

// That is there, still of this bootstrap file and these volumes, and as deep.
bool is_proven(const bacula::ProveRequest& request) {
  if (!bacula::has_proof(request.keep)) return false;
  bacula::Proof proof;
  try {
    proof = bacula::read_proof(request.keep);
  } catch (const Failed&) {
    return false;
  }
  std::vector<bacula::ProvenVolume> now;
  for (const auto& volume : proof.volumes)
    now.push_back(bacula::look_at_volume(request.volumes, volume.name));
  return proof.good() && (proof.full || !request.full) &&
         bacula::changed_since(proof, bacula::bootstrap_sum(request.keep), now).empty();
}

}  // namespace

void adopt_bootstrap(const AdoptBootstrap& action, Observer& observer) {
  std::vector<std::string> files;
  const auto flush = [&] {
    if (!files.empty()) observer.observe(Event("backup-damaged").with("files", std::exchange(files, {})));
  };
  auto request = action.request;
  request.on_damage = [&](const bacula::VolumeFile& file) {
    files.push_back(described(file));
    if (files.size() == 100) flush();
  };
  bacula::adopt_bootstrap(request);
  flush();
}

void prove_backup(system::Processes& processes, const ProveBackup& action, Observer& observer) {
  auto request = action.request;
  request.full = request.full || bacula::read_backup(request.keep).damaged > 0;
  if (is_proven(request)) {
    observer.observe(told("backup-proven", bacula::read_proof(request.keep)));
    return;
  }
  auto proof = bacula::prove_backup(processes, request, [&](std::int64_t bytes, std::int64_t total) {
    observer.observe(Event("progress")
                         .with("bytes", bytes)
                         .with("total-bytes", total)
                         .with("current", "read from the volumes"));
  });
  proof.at = system::now();
  bacula::write_proof(request.keep, proof);
  if (proof.good()) {
    observer.observe(told("backup-proven", proof));
    return;
  }
  observer.observe(told("backup-not-proven", proof)
                       .with("problems", proof.problems)
                       .with("more-problems", proof.more_problems)
                       .with("missing", proof.missing)
                       .with("names", proof.missing_names));
  refuse(proof, request.volumes);
}

}  // namespace recover
