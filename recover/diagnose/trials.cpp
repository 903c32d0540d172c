#include "recover/diagnose/trials.hpp"

#include <fcntl.h>

#include <cerrno>
#include <chrono>
#include <optional>

#include "recover/diagnose/look_through.hpp"
#include "recover/error.hpp"
#include "recover/salvage/rungs.hpp"
#include "recover/system/answers.hpp"
#include "recover/system/btrfs.hpp"
#include "recover/system/files.hpp"
#include "recover/system/kernel_records.hpp"
#include "recover/system/mount.hpp"
#include "recover/system/signals.hpp"
#include "recover/system/tree_root.hpp"

namespace recover::diagnosis {
namespace {

using namespace std::chrono_literals;

// Of the operator's time, for all that is looked at.
constexpr auto patience = 60s;
// Of what the kernel says of one mount: a damaged tree is good for thousands.
constexpr std::size_t most_lines = 500;

// Unmounts on every way out.
class ForAMoment {
 public:
  ForAMoment(const MountWords& words, std::string target) : target_(std::move(target)) {
    system::mount(words.source, target_, "btrfs", words.options);
    mounted_ = true;
  }
  ~ForAMoment() {
    if (!mounted_) return;
    const system::Uninterrupted until_released;
    const system::Releasing said("unmounting " + target_);
    try {
      system::unmount(target_);
    } catch (const std::exception&) {
      // An error is on its way already; the mount ends with this process.
    }
  }
  ForAMoment(const ForAMoment&) = delete;
  ForAMoment& operator=(const ForAMoment&) = delete;
  void end() {
    const system::Uninterrupted until_released;
    mounted_ = false;
    system::unmount(target_);
  }

 private:
  std::string target_;
  bool mounted_ = false;
};

// Waiting for a commit, as read_filesystem() does, may fail where nothing can be written.
std::vector<std::string> subvolumes_at(const std::string& mount_point) {
  std::vector<std::string> paths;
  try {
    for (const auto& subvolume : system::read_filesystem(mount_point).subvolumes)
      paths.push_back(subvolume.path);
  } catch (const Failed&) {
    return {};
  }
  return paths;
}

std::vector<TriedSubvolume> look_at_all(const BrokenPlace& place) {
  const auto end = std::chrono::steady_clock::now() + patience;
  std::vector<TriedSubvolume> all;
  const system::TreeRoot top(place.mount_point);
  for (const auto& [path, mount] : place.subvolumes) {
    TriedSubvolume tried{path, mount, {}};
    const auto directory = top.open_without_links("/" + path, O_RDONLY | O_DIRECTORY);
    const int error = errno;
    if (directory)
      tried.looked = look_through(
          directory, mount,
          std::chrono::duration_cast<std::chrono::milliseconds>(end - std::chrono::steady_clock::now()));
    else
      tried.looked = {0, 1, {"subvolume " + path + ": " + system::answer(error)}, true};
    all.push_back(std::move(tried));
  }
  return all;
}

std::vector<std::string> every_path(const BrokenBtrfs& broken) {
  std::vector<std::string> paths;
  for (const auto& device : broken.devices) paths.push_back(device.path);
  return paths;
}

BrokenBtrfs seen_by(const system::ReadOnlyView& view, BrokenBtrfs broken) {
  for (std::size_t i = 0; i < broken.devices.size(); ++i) broken.devices[i].path = view.paths()[i];
  return broken;
}

// The system's answer alone: what was tried, and with which options, stands before it already.
std::string answer_in(const std::string& problem, const std::string& options) {
  const auto at = problem.find(options + ": ");
  return options.empty() || at == problem.npos ? problem : problem.substr(at + options.size() + 2);
}

std::vector<std::string> of_btrfs(std::vector<std::string> lines) {
  std::erase_if(lines, [](const auto& line) { return !explained(line); });
  if (lines.size() > most_lines) lines.resize(most_lines);
  return lines;
}

}  // namespace

MountWords mount_words(const BrokenBtrfs& broken, const std::string& rung_options) {
  MountWords words;
  std::uint64_t newest = 0;
  for (const auto& device : broken.devices) {
    if (device.superblocks.empty() || !device.superblocks.front().whole()) continue;
    // One that lags behind is not asked for the trees.
    if (const auto generation = device.superblocks.front().generation;
        words.source.empty() || generation > newest) {
      words.source = device.path;
      newest = generation;
    }
    words.options += ",device=" + device.path;
  }
  if (words.source.empty()) return {};
  // A single device needs none named.
  if (broken.devices.size() == 1) words.options.clear();
  words.options = rung_options + ",subvolid=5" + words.options;
  return words;
}

std::vector<MountTrial> try_mounts(const BrokenPlace& place, const BrokenBtrfs& broken,
                                   const WhileMounted& while_mounted) {
  std::size_t usable = 0;
  for (const auto& device : broken.devices)
    usable += !device.superblocks.empty() && device.superblocks.front().whole() ? 1 : 0;
  const auto* newest = broken.newest();
  const bool degraded = newest && usable > 0 && usable < newest->device_count;
  std::optional<system::ReadOnlyView> view;
  std::vector<MountTrial> trials;
  for (const auto& rung : salvage::ladder(degraded)) {
    if (rung.kind != salvage::RungKind::mount) continue;
    MountTrial trial;
    trial.rung = rung.name;
    trial.options = rung.options;
    if (mount_words(broken, rung.options).source.empty()) {
      trial.answer = "the kernel mounts by the first superblock alone, and that is not whole";
      trials.push_back(std::move(trial));
      break;
    }
    system::make_directories(place.mount_point, 0700);
    system::KernelListener kernel;
    MountWords words;
    try {
      if (!view) view.emplace(every_path(broken));
      words = mount_words(seen_by(*view, broken), rung.options);
      ForAMoment mounted(words, place.mount_point);
      trial.mounted = true;
      trial.subvolumes = subvolumes_at(place.mount_point);
      trial.tried = look_at_all(place);
      while_mounted(place.mount_point, *view);
      mounted.end();
    } catch (const Failed& error) {
      if (trial.mounted) throw;
      trial.answer = answer_in(error.problem(), words.options);
      if (view) trial.answer = view->with_real_names(trial.answer);
    }
    trial.kernel = of_btrfs(kernel.news());
    for (auto& line : trial.kernel) line = view ? view->with_real_names(line) : line;
    trials.push_back(std::move(trial));
    if (trials.back().mounted) break;
  }
  return trials;
}

}  // namespace recover::diagnosis
