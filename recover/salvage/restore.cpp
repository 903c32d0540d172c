#include "recover/salvage/restore.hpp"

#include <algorithm>
#include <chrono>
#include <filesystem>

#include "recover/error.hpp"
#include "recover/salvage/sources.hpp"
#include "recover/system/files.hpp"
#include "recover/system/machine.hpp"
#include "recover/system/signals.hpp"
#include "recover/system/text.hpp"
#include "recover/system/tree_removal.hpp"

namespace recover::salvage {
namespace {

using namespace std::chrono_literals;

// It says each name before it reads it: a single file of some TB may take that long, but no more.
constexpr auto longest_silence = 12h;
// Until btrfs-progs 5.18 it asks of each file with more than a thousand extents whether to go on, and takes
// the end of its input as a no: the file would be cut.
constexpr int answers = 100000;

std::string yes_to_all() {
  std::string text;
  for (int i = 0; i < answers; ++i) text += "a\n";
  return text;
}

bool is_directory(const std::string& path) {
  std::error_code error;
  return std::filesystem::is_directory(std::filesystem::symlink_status(path, error));
}

bool is_empty(const std::string& directory) {
  std::error_code error;
  return std::filesystem::directory_iterator(directory, error) == std::filesystem::directory_iterator();
}

class RestoredReading : public Reading {
 public:
  RestoredReading(system::Processes& processes, const RestoreRequest& request, const Way& way,
                  Observer& observer)
      : scratch_(request.scratch) {
    system::remove_tree(scratch_);  // of a run that was killed
    require_room(request);
    try {
      system::make_directories(scratch_, 0700);
      restore(processes, request, way, observer);
      find_sources(request, way);
    } catch (Error& error) {
      remove_quietly(error);
      throw;
    }
  }
  ~RestoredReading() override {
    try {
      close();
    } catch (const std::exception&) {
      // The next rung, or the next run, removes it first, and says why it cannot.
    }
  }
  RestoredReading(const RestoredReading&) = delete;
  RestoredReading& operator=(const RestoredReading&) = delete;

  const std::vector<Source>& sources() const override { return sources_; }
  std::string answer() const override { return answer_; }
  std::vector<std::string> doubts() const override { return doubts_; }
  void close() override {
    const system::Uninterrupted until_removed;
    system::remove_tree(scratch_);
  }

 private:
  static void require_room(const RestoreRequest& request) {
    const auto* superblock = request.broken.newest();
    const auto free = request.free_bytes();
    const auto& wanting = request.wanting;
    const bool known = !wanting.paths.empty() && wanting.bytes >= 0;
    const auto needed = known ? wanting.bytes : superblock ? superblock->used_bytes : 0;
    if (needed <= free) return;
    throw NotTried("Not tried: what btrfs restore would bring back takes up to " +
                       system::human_bytes(needed) + ", and where it would go " + system::human_bytes(free) +
                       " are free",
                   "Make room on the storage volume, then salvage again");
  }

  void restore(system::Processes& processes, const RestoreRequest& request, const Way& way,
               Observer& observer) {
    const auto start = restore_start(request.broken);
    RestoreOutput output([&](std::int64_t files, const std::string& path) {
      observer.observe(Event("progress").with("files", files).with("current", system::printable(path)));
    });
    if (!request.wanting.paths.empty()) {
      std::vector<std::string> only;
      for (const auto& path : request.wanting.paths)
        only.push_back(place_on_filesystem(path, request.place.subvolumes));
      run(processes, request, restore_command(start, scratch_, true, way, only), output);
    } else {
      restore_all(processes, request, way, start, output);
    }
    doubts_ = output.complaints();
    partly_ = output.partly();
    auto words = output.complaints();
    if (const auto more = output.complained() - static_cast<std::int64_t>(words.size()); more > 0)
      words.push_back("and " + std::to_string(more) + " more complaints");
    if (status_ != 0) words.push_back("it ended with the exit status " + std::to_string(status_));
    answer_ = system::joined(words, "; ");
    if (is_empty(scratch_))
      throw Failed(answer_.empty() ? "btrfs restore brought back nothing" : answer_,
                   "Look at it by hand: btrfs inspect-internal dump-super --full --all " + start.device);
    const auto brought = std::to_string(output.files()) + " names brought back";
    answer_ = answer_.empty() ? brought : brought + "; it said: " + answer_;
  }

  void restore_all(system::Processes& processes, const RestoreRequest& request, const Way& way,
                   const RestoreStart& start, RestoreOutput& output) {
    run(processes, request, restore_command(start, scratch_, request.snapshots, way), output);
    if (request.snapshots || is_empty(scratch_)) return;
    // Without -s it passes over each snapshot, and such a one may be what the machine mounts.
    for (const auto& [path, point] : request.place.subvolumes)
      if (!path.empty() && path != "/" && !is_directory(scratch_ + "/" + path))
        run(processes, request, restore_command(start, scratch_, true, way, {path}), output);
  }

  // With -i it goes on when there is no room left, and cuts every file from there on.
  static void require_some_room(const RestoreRequest& request) {
    if (request.free_bytes() > 0) return;
    throw NotTried("Not tried to its end: btrfs restore has filled the storage volume",
                   "Make room on the storage volume, or leave something out, then salvage again");
  }

  void run(system::Processes& processes, const RestoreRequest& request, const std::vector<std::string>& argv,
           RestoreOutput& output) {
    system::ProcessSpec spec{argv, yes_to_all()};
    spec.merge_errors = true;
    spec.stall = longest_silence;
    const auto result = processes.run(spec, [&](std::string_view piece) {
      require_some_room(request);
      output.take(piece);
    });
    require_some_room(request);
    output.take("\n");
    if (result.status == 127)
      throw NotTried("btrfs cannot be executed: " + result.err, "Install btrfs-progs");
    status_ = std::max(status_, result.status);
  }

  void find_sources(const RestoreRequest& request, const Way& way) {
    const auto* superblock = request.broken.newest();
    const auto generation = way.generation != 0 ? way.generation : superblock ? superblock->generation : 0;
    // What lies nested is where it was; that it was a subvolume is not seen any more.
    const auto parts = parts_of(request.place.subvolumes, {}, request.snapshots);
    for (const auto& part : parts.read) {
      auto source = source_of(part, parts, scratch_, way.rung, generation, true);
      source.made_after = begun_;
      for (const auto& path : partly_)
        if (path.starts_with(source.at + "/"))
          source.partly.push_back((source.path == "/" ? "" : source.path) + path.substr(source.at.size()));
      sources_.push_back(std::move(source));
    }
  }

  void remove_quietly(Error& error) {
    try {
      close();
    } catch (const Error& other) {
      error.add_aftermath(other.problem());
    }
  }

  std::string scratch_, answer_;
  const std::int64_t begun_ = system::now();
  int status_ = 0;
  std::vector<Source> sources_;
  std::vector<std::string> doubts_;
  std::set<std::string> partly_;
};

}  // namespace

RestoreStart restore_start(const BrokenBtrfs& broken) {
  RestoreStart best;
  std::uint64_t generation = 0;
  // The first copy that is whole of the newest generation: an older one names a tree that may be gone.
  for (const auto& device : broken.devices)
    for (const auto& copy : device.superblocks)
      if (copy.whole() && (best.device.empty() || copy.generation > generation ||
                           (copy.generation == generation && copy.mirror < best.mirror))) {
        best = {device.path, copy.mirror};
        generation = copy.generation;
      }
  if (best.device.empty() && !broken.devices.empty()) best.device = broken.devices.front().path;
  return best;
}

std::string path_regex(const std::vector<std::string>& only) {
  const auto escaped = [](const std::string& name) {
    std::string text;
    for (const char c : name) {
      if (std::string_view(".[]{}()*+?^$|\\").find(c) != std::string_view::npos) text += '\\';
      text += c;
    }
    return text;
  };
  std::set<std::string> all;
  for (const auto& wanted : only) {
    std::string path;
    for (std::size_t at = 0; at <= wanted.size();) {
      const auto end = std::min(wanted.find('/', at), wanted.size());
      path += "/" + escaped(wanted.substr(at, end - at));
      all.insert(path);
      at = end + 1;
    }
    all.insert(path + "/.*");
  }
  std::string text = "^(/";
  for (const auto& path : all) text += "|" + path;
  return text + ")$";
}

std::vector<std::string> restore_command(const RestoreStart& start, const std::string& scratch,
                                         bool snapshots, const Way& way,
                                         const std::vector<std::string>& only) {
  std::vector<std::string> argv{"btrfs", "restore", "-m", "-x",
                                "-S",    "-i",      "-v", "-v"};  // -v alone names no file
  if (snapshots) argv.emplace_back("-s");
  if (start.mirror > 0) argv.insert(argv.end(), {"-u", std::to_string(start.mirror)});
  if (way.tree_root != 0) argv.insert(argv.end(), {"-t", std::to_string(way.tree_root)});
  if (!only.empty()) argv.insert(argv.end(), {"--path-regex", path_regex(only)});
  argv.insert(argv.end(), {start.device, scratch});
  return argv;
}

void RestoreOutput::take(std::string_view piece) {
  rest_ += piece;
  std::size_t begin = 0;
  for (auto end = rest_.find('\n'); end != std::string::npos; end = rest_.find('\n', begin)) {
    line(std::string_view(rest_).substr(begin, end - begin));
    begin = end + 1;
  }
  rest_.erase(0, begin);
  constexpr std::size_t longest_line = 16 * 1024;  // a path of 4096 bytes, and words around it
  if (rest_.size() > longest_line) rest_.clear();
}

// Its output comes in blocks, cut in mid-line, and between them what it complains of, in whole lines.
void RestoreOutput::line(std::string_view line) {
  constexpr std::string_view signs[] = {"ERROR: ",
                                        "WARNING: ",
                                        "Error ",
                                        "checksum verify failed",
                                        "parent transid verify failed",
                                        "Ignoring transid",
                                        "bad tree block",
                                        "Couldn't ",
                                        "Could not ",
                                        "No valid Btrfs",
                                        "We seem to be looping",
                                        "We have looped"};
  // A file may have any of these words in its name.
  constexpr std::string_view behind_a_name[] = {"ERROR: ", "Error copying data for "};
  constexpr std::string_view said[] = {"Restoring ", "Done searching ", "SYMLINK: "};
  const bool names =
      std::any_of(std::begin(said), std::end(said), [&](auto word) { return line.starts_with(word); });
  auto begin = std::string_view::npos;
  for (const auto sign : behind_a_name) begin = std::min(begin, line.find(sign));
  for (const auto sign : signs)
    if (!names) begin = std::min(begin, line.find(sign));
  if (begin == std::string_view::npos) {
    constexpr std::string_view restoring = "Restoring ";
    if (!line.starts_with(restoring)) return;
    ++files_;
    if (on_file_) on_file_(files_, std::string(line.substr(restoring.size())));
    return;
  }
  line.remove_prefix(begin);
  note_partly(line);
  ++complained_;
  constexpr std::size_t most = 5;
  const auto words = system::printable(line.substr(0, 500));
  const bool known = std::find(complaints_.begin(), complaints_.end(), words) != complaints_.end();
  if (complaints_.size() < most && !known) complaints_.push_back(words);
}

// "ERROR: copying data for PATH failed", until btrfs-progs 5.15 "Error copying data for PATH".
void RestoreOutput::note_partly(std::string_view line) {
  constexpr std::string_view sign = "copying data for ", failed = " failed";
  const auto at = line.find(sign);
  if (at == std::string_view::npos) return;
  auto path = line.substr(at + sign.size());
  if (line.starts_with("ERROR: ") && path.ends_with(failed)) path.remove_suffix(failed.size());
  partly_.emplace(path);
}

std::unique_ptr<Reading> open_restored(system::Processes& processes, const RestoreRequest& request,
                                       const Way& way, Observer& observer) {
  return std::make_unique<RestoredReading>(processes, request, way, observer);
}

}  // namespace recover::salvage
