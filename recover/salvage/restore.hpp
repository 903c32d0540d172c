// btrfs restore: reads a btrfs without the kernel, into a scratch directory from which the collector takes
// what is wanted. It asks no checksum of data, gives hard links as files of their own, and brings back no
// devices, fifos and sockets.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "recover/broken_btrfs.hpp"
#include "recover/event.hpp"
#include "recover/salvage/reading.hpp"
#include "recover/salvage_action.hpp"
#include "recover/system/process.hpp"

namespace recover::salvage {

struct RestoreRequest {
  const BrokenPlace& place;
  const BrokenBtrfs& broken;
  std::string scratch;                       // directory: made anew, removed at the end
  bool snapshots = false;                    // the read-only subvolumes, too
  std::function<std::int64_t()> free_bytes;  // where the scratch directory is
  Wanting wanting = {};
};

// The copy of the superblock that it can begin with; nothing when all are lost.
struct RestoreStart {
  std::string device;
  int mirror = 0;
};
RestoreStart restore_start(const BrokenBtrfs& broken);

// Its command line. `only`: paths from the top level, each with all below it; empty: everything.
std::vector<std::string> restore_command(const RestoreStart& start, const std::string& scratch,
                                         bool snapshots, const Way& way,
                                         const std::vector<std::string>& only = {});

// A POSIX extended regular expression for --path-regex, which asks it of every directory on the way too.
std::string path_regex(const std::vector<std::string>& only);

// What it says, read line by line as it arrives: files, and what it complains of.
class RestoreOutput {
 public:
  explicit RestoreOutput(std::function<void(std::int64_t files, const std::string& path)> on_file)
      : on_file_(std::move(on_file)) {}
  void take(std::string_view piece);
  std::int64_t files() const { return files_; }
  // The first five of its complaints, printable, each once, and how many there were.
  const std::vector<std::string>& complaints() const { return complaints_; }
  std::int64_t complained() const { return complained_; }
  // Files of which it says that not all of their data could be had, as it names them.
  const std::set<std::string>& partly() const { return partly_; }

 private:
  void line(std::string_view line);
  void note_partly(std::string_view line);

  std::function<void(std::int64_t, const std::string&)> on_file_;
  std::string rest_;
  std::int64_t files_ = 0, complained_ = 0;
  std::vector<std::string> complaints_;
  std::set<std::string> partly_;
};

// Throws Failed when it brings back nothing, or there is not room enough for all of the filesystem: it cannot
// be told what to leave out. Throws Interrupted.
std::unique_ptr<Reading> open_restored(system::Processes& processes, const RestoreRequest& request,
                                       const Way& way, Observer& observer);

}  // namespace recover::salvage
