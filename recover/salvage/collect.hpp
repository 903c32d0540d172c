// Takes files out of a tree that can be read into the salvage directory, and writes the manifest: what the
// backup does not have, or everything.
//
//     Collector collector({.directory = directory, .list = keep + "/backup.files"}, observer);
//     collector.measure(source);   // bytes that it would take
//     collector.collect(source);   // on each rung: only what is not there yet, or not whole
//     collector.totals();
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "recover/event.hpp"
#include "recover/salvage/manifest.hpp"
#include "recover/salvage/rungs.hpp"

namespace recover::salvage {

// A subvolume that can be read at a directory: through a mount, or as btrfs restore has left it.
struct Source {
  std::string at;    // "/run/recover-broken/@home"
  std::string path;  // where its root is on the machine: "/home"; "/.subvolumes/PATH" when nowhere
  Rung rung;         // by which it is read
  std::uint64_t generation = 0;
  // What other sources are, as paths on the machine: they are not entered here.
  std::vector<std::string> elsewhere = {};
  // It is a scratch tree on the salvage directory's filesystem: files are moved, not copied.
  bool scratch = false;
  // Of a scratch tree, paths on the machine: what btrfs restore could not read all of, and has left all the
  // same.
  std::vector<std::string> partly = {};
  // What is younger in a scratch tree has not got its times back: nor, perhaps, its size. Seconds since 1970;
  // 0: that is no sign.
  std::int64_t made_after = 0;
};

// Bytes of the storage volume that no salvage takes: the journal lies there, and Bacula works there. A
// twentieth of it, and no more than 512 MiB. Of a directory that is not there yet: of the one above it.
// Throws Failed.
std::int64_t kept_free_of(const std::string& directory);

struct CollectRequest {
  std::string directory;                   // of the salvage; its manifest, if there is one, is gone on with
  std::string list;                        // backup.files; empty: everything is wanted
  std::vector<std::string> left_out = {};  // paths on the machine
  std::optional<std::int64_t> kept_free = {};  // bytes; nothing: kept_free_of(directory)
};

struct Totals {
  std::int64_t seen = 0;  // things that are no directories, in all sources
  std::int64_t
      taken = 0,
      bytes = 0;  // that are in the salvage now, and whole; bytes of data: no holes, no further hard links
  std::int64_t unchecked = 0, older = 0;  // of those taken
  std::int64_t damaged = 0;               // in part: something of the data is missing
  std::int64_t lost = 0;                  // nothing could be had, or the directory could not be read
};

struct DirectorySize {
  std::string path;  // on the machine
  std::int64_t files = 0, bytes = 0;
};

class Collector {
 public:
  Collector(CollectRequest request, Observer& observer);  // throws Failed
  ~Collector();

  // Bytes and files that collect() would take now, by stat alone: where a digest decides, at most. Throws
  // Interrupted.
  Totals measure(const Source& source);
  // After all were measured: what would be taken below each directory, two names deep, the largest first.
  std::vector<DirectorySize> sizes() const;
  // Throws Failed, with the sizes and what could be left out, when there is no room for what will certainly
  // be taken of what was measured.
  void require_room() const;
  // Goes on behind everything that cannot be read. Throws Failed when the salvage directory cannot be
  // written (full: with the sizes), Interrupted.
  void collect(const Source& source);
  Totals totals() const;
  // Something is damaged or lost so far: a lower rung may have it.
  bool incomplete() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace recover::salvage
