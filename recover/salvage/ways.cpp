#include "recover/salvage/ways.hpp"

#include "recover/salvage/tree_roots.hpp"
#include "recover/system/machine.hpp"
#include "recover/system/text.hpp"

namespace recover::salvage {
namespace {

// The superblock keeps four, the newest of which is its own. What is older than these was freed some commits
// ago and is written over soon; and each one costs a pass over the whole filesystem.
constexpr std::size_t most_generations = 5;

std::string typed(const std::vector<std::string>& argv) {
  std::vector<std::string> words;
  for (const auto& word : argv) words.push_back(system::shell_quoted(word));
  return system::joined(words, " ");
}

class RealReadings : public Readings {
 public:
  RealReadings(system::Processes& processes, Mounts& mounts, WaysRequest request, Observer& observer)
      : processes_(processes), mounts_(mounts), request_(std::move(request)), observer_(observer) {}

  std::vector<Way> ways(const Rung& rung) override {
    if (rung.kind == RungKind::mount) return {{rung, mount_options(rung, to_mount(request_.broken))}};
    if (rung.kind == RungKind::restore) return {with_words({rung, ""})};
    std::vector<Way> all;
    for (const auto& root : older_roots(request_.broken.newest(), found_roots(), most_generations))
      all.push_back(with_words({rung, "", root.address, root.generation, date_of(root)}));
    return all;
  }

  std::unique_ptr<Reading> open(const Way& way, const Wanting& wanting) override {
    if (way.rung.kind == RungKind::mount) {
      const auto* superblock = request_.broken.newest();
      auto devices = to_mount(request_.broken);
      for (auto& device : devices) device = mounts_.readable(device);
      return open_mounted(mounts_,
                          {request_.place, std::move(devices), superblock ? superblock->generation : 0,
                           request_.snapshots, superblock && superblock->log_root != 0},
                          way.rung);
    }
    return open_restored(
        processes_,
        {request_.place, request_.broken, scratch(), request_.snapshots, request_.free_bytes, wanting}, way,
        observer_);
  }

 private:
  std::string scratch() const { return request_.directory + "/scratch"; }

  Way with_words(Way way) const {
    way.words = typed(restore_command(restore_start(request_.broken), scratch(), request_.snapshots, way));
    return way;
  }

  // It begins with the first superblock, and no option tells it another: without that one it finds none.
  std::vector<TreeRoot> found_roots() {
    const auto result = processes_.run({{"btrfs-find-root", "-a", restore_start(request_.broken).device}});
    return parse_found_roots(result.out);
  }

  std::string date_of(const TreeRoot& root) {
    std::string text;
    constexpr std::size_t most_text = 64 << 20;  // of a root tree with some ten thousand subvolumes
    processes_.run({{"btrfs", "inspect-internal", "dump-tree", "--follow", "-b", std::to_string(root.address),
                     restore_start(request_.broken).device}},
                   [&](std::string_view piece) {
                     if (text.size() < most_text) text += piece;
                   });
    const auto seconds = parse_newest_change(text);
    return seconds ? system::local_time(*seconds) : "date unknown";
  }

  system::Processes& processes_;
  Mounts& mounts_;
  WaysRequest request_;
  Observer& observer_;
};

}  // namespace

std::vector<std::string> to_mount(const BrokenBtrfs& broken) {
  std::vector<std::string> paths;
  for (const auto& device : broken.devices)
    if (!device.superblocks.empty() && device.superblocks.front().whole()) paths.push_back(device.path);
  return paths.empty() ? broken.paths() : paths;
}

bool is_degraded(const BrokenBtrfs& broken) {
  return !broken.missing.empty() || to_mount(broken).size() < broken.devices.size();
}

std::unique_ptr<Readings> real_readings(system::Processes& processes, Mounts& mounts, WaysRequest request,
                                        Observer& observer) {
  return std::make_unique<RealReadings>(processes, mounts, std::move(request), observer);
}

}  // namespace recover::salvage
