#include "recover/diagnose/tools.hpp"

#include <algorithm>
#include <charconv>
#include <sstream>

#include "recover/system/files.hpp"
#include "recover/system/text.hpp"

namespace recover::diagnosis {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t most_words = 20;

std::vector<std::string> lines_in(std::string_view text) {
  std::vector<std::string> lines;
  std::istringstream all{std::string(text)};
  for (std::string line; std::getline(all, line);) lines.push_back(line);
  return lines;
}

template <typename Number>
std::optional<Number> number_of(std::string_view text) {
  Number number{};
  const auto read = std::from_chars(text.data(), text.data() + text.size(), number);
  if (read.ec != std::errc()) return std::nullopt;
  return number;
}

std::string first_complaint(const system::ProcessResult& result) {
  for (const auto* text : {&result.err, &result.out})
    for (const auto& line : lines_in(*text))
      if (line.find("rror") != line.npos || line.find("ERROR") != line.npos ||
          line.find("failed") != line.npos || line.find("mismatch") != line.npos)
        return system::printable(line);
  return result.timed_out ? "it took too long" : "status " + std::to_string(result.status);
}

// A device with a whole superblock and which copy that is.
struct Entrance {
  std::string path;
  int mirror = 0;
};

std::optional<Entrance> entrance_of(const BrokenBtrfs& broken) {
  const auto* newest = broken.newest();
  for (const auto& device : broken.devices)
    for (const auto& copy : device.superblocks)
      if (newest && copy.whole() && copy.generation == newest->generation)
        return Entrance{device.path, copy.mirror};
  return std::nullopt;
}

std::vector<std::string> dump_tree(const BrokenBtrfs& broken, std::uint64_t at) {
  std::vector<std::string> argv{"btrfs", "inspect-internal", "dump-tree", "--noscan",
                                "-b",    std::to_string(at)};
  for (const auto& path : broken.paths()) argv.push_back(path);
  return argv;
}

}  // namespace

std::vector<DeviceCounters> counters_of(std::string_view text) {
  std::vector<DeviceCounters> counters;
  for (const auto& line : lines_in(text)) {
    const auto end = line.find("].");
    if (!line.starts_with('[') || end == line.npos) continue;
    const auto device = system::printable(std::string_view(line).substr(1, end - 1));
    if (counters.empty() || counters.back().device != device) counters.push_back({device});
    std::istringstream words(line.substr(end + 2));
    std::string name;
    std::int64_t count = 0;
    if (!(words >> name >> count)) continue;
    auto& counted = counters.back();
    if (name == "write_io_errs") counted.write = count;
    if (name == "read_io_errs") counted.read = count;
    if (name == "flush_io_errs") counted.flush = count;
    if (name == "corruption_errs") counted.corruption = count;
    if (name == "generation_errs") counted.generation = count;
  }
  return counters;
}

CheckOutcome check_of(std::string_view text, int status) {
  CheckOutcome outcome;
  outcome.clean = status == 0;
  for (const auto& line : lines_in(text)) {
    if (line.starts_with("found ")) outcome.finished = true;
    const bool complains = line.starts_with("ERROR") || line.find("error") != line.npos ||
                           line.find("mismatch") != line.npos || line.find("failed") != line.npos ||
                           line.find("bad ") != line.npos || line.find("missing") != line.npos;
    if (!complains || line.starts_with('[') || line.find("no error found") != line.npos) continue;
    auto word = system::printable(line);
    if (outcome.words.size() < most_words &&
        std::find(outcome.words.begin(), outcome.words.end(), word) == outcome.words.end())
      outcome.words.push_back(std::move(word));
  }
  if (outcome.clean) outcome.words.clear();
  outcome.finished = outcome.finished || outcome.clean;
  return outcome;
}

std::vector<std::uint64_t> logs_of(std::string_view text) {
  std::vector<std::uint64_t> logs;
  bool in_item = false;
  for (const auto& line : lines_in(text)) {
    if (line.starts_with("\titem ")) in_item = line.find("(TREE_LOG ROOT_ITEM ") != line.npos;
    const auto at = line.find(" bytenr ");
    if (!in_item || at == line.npos) continue;
    if (const auto log = number_of<std::uint64_t>(std::string_view(line).substr(at + 8));
        log && logs.size() < 1000)
      logs.push_back(*log);
  }
  return logs;
}

CheckOutcome check_filesystem(system::Processes& processes, const BrokenBtrfs& broken) {
  const auto entrance = entrance_of(broken);
  if (!entrance) return {false, false, {"there is no whole superblock to begin at"}};
  // The content of files too: nothing else here reads it.
  std::vector<std::string> argv{"btrfs", "check", "--readonly", "--check-data-csum"};
  if (entrance->mirror != 0) argv.insert(argv.end(), {"--super", std::to_string(entrance->mirror)});
  argv.push_back(entrance->path);
  const auto result = processes.run({.argv = argv, .merge_errors = true});
  return check_of(result.out, result.status);
}

bool tools_open(system::Processes& processes, const BrokenBtrfs& broken) {
  const auto entrance = entrance_of(broken);
  if (!entrance) return false;
  const auto result = processes.run({.argv = {"btrfs", "restore", "--list-roots", "--super",
                                              std::to_string(entrance->mirror), entrance->path},
                                     .deadline = 5min});
  return result.status == 0 && result.out.find("ROOT_ITEM") != std::string::npos;
}

LogTree look_at_log(system::Processes& processes, const BrokenBtrfs& broken) {
  LogTree log;
  const auto* newest = broken.newest();
  if (!newest || newest->log_root == 0) return log;
  log.at = newest->log_root;
  const auto read = [&](std::uint64_t at) {
    auto result = processes.run({.argv = dump_tree(broken, at), .deadline = 1min});
    // It goes on behind a block that it cannot read, and ends with 0.
    const bool good = result.status == 0 && result.out.find("items ") != std::string::npos &&
                      result.err.find("failed") == std::string::npos;
    if (!good && log.problem.empty()) log.problem = first_complaint(result);
    return result.out;
  };
  const auto logs = logs_of(read(log.at));
  for (const auto at : logs)
    if (log.problem.empty()) read(at);
  return log;
}

std::vector<DeviceCounters> count_errors(system::Processes& processes, const std::string& mount_point) {
  const auto result = processes.run({.argv = {"btrfs", "device", "stats", mount_point}, .deadline = 1min});
  return counters_of(result.out);
}

DiskHealth ask_smart(system::Processes& processes, const std::string& disk) {
  DiskHealth health;
  health.disk = disk;
  if (system::find_program("smartctl").empty()) {
    health.problem = "smartctl (smartmontools) is not here";
    return health;
  }
  // Its status is a set of bits, of which several are set on a disk that is well (smartctl(8)).
  const auto result =
      processes.run({.argv = {"smartctl", "-H", "-A", disk}, .deadline = 1min, .merge_errors = true});
  return health_of(disk, result.out);
}

}  // namespace recover::diagnosis
