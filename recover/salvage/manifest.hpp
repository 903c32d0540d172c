// The manifest of a salvage: one line of JSON for each thing that was found, with where it comes from and how
// far it can be trusted. It is appended to while files are copied, so that an interrupted salvage goes on
// where it was; of several lines for one path and one `further` the last counts.
//
//     ManifestWriter manifest(directory);
//     manifest.add(entry);
//     read_manifest(directory, [](const ManifestEntry& entry) { ... });
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "recover/system/files.hpp"

namespace recover::salvage {

enum class Provenance {
  clean,             // read with every checksum right
  unchecked,         // read with data checksums ignored, or by btrfs restore, which asks none
  older_generation,  // of an older tree root: what was written since is not in it
  unreadable,        // not, or not all of it, could be read
};

struct MissingRange {
  std::int64_t offset = 0, length = 0;  // bytes in the file
  bool operator==(const MissingRange&) const = default;
};

struct ManifestEntry {
  std::string path;  // on the machine, any bytes, absolute: "/home/x"; of a subvolume that is mounted nowhere
                     // "/.subvolumes/PATH/x"
  std::string
      further;  // empty: the best that there is of that path. "older", "part": one more is kept beside it,
                // of an older generation; damaged as well, and nobody can say which has more
  std::string stored;  // below the salvage directory, any bytes: "tree/home/x"; empty: nothing could be had
  std::string kind;    // file, directory, symlink, device, fifo, socket
  std::string why;  // new, changed, all: absent from the backup, another than in it, everything was asked for
  Provenance provenance = Provenance::clean;
  std::string rung;              // Rung::name
  std::uint64_t generation = 0;  // of the tree that it was read from
  std::int64_t size = 0;         // bytes, as the filesystem says
  std::int64_t data = 0;   // bytes that are in the salvage: without holes and what is missing; 0 of a link
  std::int64_t mtime = 0;  // seconds since 1970
  std::string link;        // path of the first name of the same file, when it is a hard link of it
  std::string problem;     // what could not be read or kept, in words; else empty
  std::vector<MissingRange> missing;  // of the data; holes in what is stored
  bool operator==(const ManifestEntry&) const = default;
};

std::string_view to_string(Provenance provenance);

// One line without its newline; and back. Throws Failed when it is no such line.
std::string to_line(const ManifestEntry& entry);
ManifestEntry from_line(std::string_view line);

class ManifestWriter {
 public:
  // Appends to DIRECTORY/manifest.jsonl; what a power cut left of a last line is cut off. Throws Failed.
  explicit ManifestWriter(const std::string& directory);
  // Kept in memory until the next sync().
  void add(const ManifestEntry& entry);
  // Writes what the filesystem still holds in memory, and only then the lines that tell of it: whatever
  // moment a power cut comes at, no line tells of what is not there. Throws Failed.
  void sync();

 private:
  std::string path_, pending_;
  system::Descriptor directory_, file_;
};

// Each line in its order; a last line that was cut is passed over. Throws Failed when another cannot be read;
// nothing when there is no manifest.
void read_manifest(const std::string& directory, const std::function<void(const ManifestEntry&)>& each);

}  // namespace recover::salvage
