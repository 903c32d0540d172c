#include "recover/bacula/prove.hpp"

#include <algorithm>
#include <set>

#include "recover/bacula/choose.hpp"
#include "recover/bacula/range_ends.hpp"
#include "recover/bacula/read_files.hpp"
#include "recover/bacula/volume.hpp"
#include "recover/bacula/volume_blocks.hpp"
#include "recover/error.hpp"
#include "recover/system/files.hpp"
#include "recover/system/text.hpp"

namespace recover::bacula {
namespace {

using Session = MissingFiles::Session;

constexpr std::int64_t between_two_tellings = 8 << 20;  // bytes

Session session_of(const BootstrapRange& range) {
  return {range.session_time, range.session_id};
}

class Prover {
 public:
  Prover(const ProveRequest& request, const OnProven& on_progress)
      : request_(request),
        on_progress_(on_progress),
        bootstrap_(
            parse_bootstrap(system::read_file(request.keep + "/backup.bsr"), request.keep + "/backup.bsr")) {}

  Proof prove(system::Processes& processes) {
    proof_.full = request_.full;
    proof_.bootstrap = bootstrap_sum(request_.keep);
    for (const auto& name : bootstrap_.volumes()) look_at(name);
    measure();
    compare_with_catalog();
    if (!request_.full) read_all_ends();
    read_files();
    for (const auto& range : bootstrap_.ranges)
      if (!is_readable(range)) missing_.add(range);
    proof_.missing = missing_.count();
    if (proof_.missing > 0)
      proof_.missing_names = missing_.names(processes, request_.console, request_.catalog_kind);
    return std::move(proof_);
  }

 private:
  bool is_readable(const BootstrapRange& range) const { return !unreadable_.contains(range.volume); }

  std::string path_of(const std::string& volume) const { return request_.volumes + "/" + volume; }

  // How it is now, before it is read: what is written to it meanwhile is not proven.
  void look_at(const std::string& name) {
    proof_.volumes.push_back(look_at_volume(request_.volumes, name));
    std::string problem;
    try {
      if (proof_.volumes.back().size < 0) {
        problem = "The volume " + system::printable(name) + " is missing in " + request_.volumes;
      } else if (const auto label = read_label(path_of(name)); label.volume != name) {
        problem = "The file " + path_of(name) + " is labelled as volume " + system::printable(label.volume);
      }
    } catch (const Interrupted&) {
      throw;
    } catch (const Error& error) {
      problem = error.problem();
    }
    if (problem.empty()) return;
    add_problem(proof_, problem);
    unreadable_.insert(name);
  }

  std::vector<Interval> intervals(const BootstrapRange& range) const {
    if (!range.addresses.empty()) return range.addresses;
    const auto volume = std::find_if(proof_.volumes.begin(), proof_.volumes.end(),
                                     [&](const auto& proven) { return proven.name == range.volume; });
    const auto size = volume == proof_.volumes.end() ? 0 : volume->size;
    return {{0, static_cast<std::uint64_t>(std::max<std::int64_t>(size, 1) - 1)}};
  }

  std::int64_t bytes_of(const BootstrapRange& range) const {
    std::uint64_t bytes = 0;
    for (const auto& interval : intervals(range)) bytes += interval.last - interval.first + 1;
    return static_cast<std::int64_t>(std::min<std::uint64_t>(bytes, INT64_MAX / 2));
  }

  void measure() {
    for (const auto& range : bootstrap_.ranges) {
      proof_.ranges += static_cast<std::int64_t>(intervals(range).size());
      proof_.stored += bytes_of(range);
    }
    proof_.files = static_cast<std::int64_t>(bootstrap_.files());
  }

  void compare_with_catalog() {
    const auto backup = read_backup(request_.keep);
    // Files whose names were lost in damaged blocks are not in the list: they are found below.
    if (backup.damaged == 0 && backup.files != proof_.files)
      add_problem(proof_, std::string("the ") + (backup.by_director ? "catalog" : "list of its files") +
                              " counts " + std::to_string(backup.files) +
                              " files, but the bootstrap file names " + std::to_string(proof_.files));
    if (!backup.by_director) return;
    std::int64_t files = 0, bytes = 0;
    for (const auto& job : backup.jobs) {
      files += job.files;
      bytes += job.bytes;
    }
    // Where some of the jobs' files are not wanted, their ranges may be left out.
    if (files == proof_.files && proof_.stored < bytes)
      add_problem(proof_, "the catalog counts " + std::to_string(bytes) +
                              " bytes for the jobs, but the places that the bootstrap file names for them "
                              "hold only " +
                              std::to_string(proof_.stored));
  }

  void read_all_ends() {
    for (const auto& range : bootstrap_.ranges) {
      if (!is_readable(range)) continue;
      for (const auto& interval : intervals(range)) {
        const auto ends = read_ends(path_of(range.volume), range, interval);
        proof_.blocks += ends.blocks;
        proof_.bytes += ends.bytes;
        tell(0, ends.bytes);
        if (ends.faults.empty()) continue;
        for (const auto& fault : ends.faults) add_problem(proof_, fault);
        damaged_.insert(session_of(range));
      }
    }
  }

  // Full: all of it. Quick: the sessions in which something is damaged, to know which files that costs.
  void read_files() {
    Bootstrap read;
    std::int64_t total = 0;
    for (const auto& range : bootstrap_.ranges) {
      if (!is_readable(range) || (!request_.full && !damaged_.contains(session_of(range)))) continue;
      read.ranges.push_back(range);
      total += bytes_of(range);
    }
    for (const auto& volume : read.volumes()) VolumeBlocks(path_of(volume), {}).forget();
    FilesReader reader(proof_, missing_, [&](std::int64_t bytes) { tell(total, bytes); });
    done_ = 0;
    reader.read(request_.volumes, read);
  }

  void tell(std::int64_t total, std::int64_t bytes) {
    done_ += bytes;
    untold_ += bytes;
    if (!on_progress_ || untold_ < between_two_tellings) return;
    untold_ = 0;
    on_progress_(done_, total);
  }

  const ProveRequest& request_;
  const OnProven& on_progress_;
  const Bootstrap bootstrap_;
  Proof proof_;
  MissingFiles missing_;
  std::set<std::string> unreadable_;  // volumes
  std::set<Session> damaged_;
  std::int64_t done_ = 0, untold_ = 0;
};

}  // namespace

Proof prove_backup(system::Processes& processes, const ProveRequest& request, const OnProven& on_progress) {
  return Prover(request, on_progress).prove(processes);
}

}  // namespace recover::bacula
