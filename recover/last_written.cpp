#include "recover/last_written.hpp"

#include <charconv>
#include <chrono>
#include <set>
#include <system_error>

#include "recover/foreign.hpp"
#include "recover/targets.hpp"

namespace recover {
namespace {

// Longer than any line with a time in it.
constexpr std::size_t longest_line = 256;

}  // namespace

void RootTreeTimes::read(std::string_view piece) {
  while (!piece.empty()) {
    const auto end = piece.find('\n');
    const auto part = piece.substr(0, end);
    line_ += part.substr(0, longest_line - line_.size());
    if (end == piece.npos) return;
    read_line();
    piece.remove_prefix(end + 1);
  }
}

// "\t\tctime 1795379277.467228338 (2026-11-22 20:27:57)"; 0.0 where the tree is not a subvolume's.
void RootTreeTimes::read_line() {
  const std::string_view line = line_;
  constexpr std::string_view begin = "\t\tctime ";
  if (std::int64_t time = 0; line.starts_with(begin)) {
    const auto read = std::from_chars(line.data() + begin.size(), line.data() + line.size(), time);
    if (read.ec == std::errc() && time > newest_.value_or(0)) newest_ = time;
  }
  line_.clear();
}

void add_last_written(Facts& facts, const Profile& profile, system::Processes& processes) {
  std::set<std::string> lost;
  for (const auto& target : find_erased(profile, facts))
    for (const auto& device : lost_with(target, facts)) lost.insert(device.path);
  for (auto& device : facts.devices) {
    if (device.fs_type != "btrfs" || !lost.contains(device.path) || known_to(profile, device.fs_uuid))
      continue;
    RootTreeTimes times;
    // --noscan: its other devices, if it has any, are then missing, and no other disk is woken.
    const auto result = processes.run(
        {.argv = {"btrfs", "inspect-internal", "dump-tree", "--noscan", "-t", "root", device.path},
         .deadline = std::chrono::seconds(10)},
        [&](std::string_view piece) { times.read(piece); });
    if (result.status == 0) device.usage.written = times.newest();
  }
}

}  // namespace recover
