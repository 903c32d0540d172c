// What was salvaged, against a restored tree: what taking each file would change there. Reads both sides, and
// writes nothing.
//
//     const auto offer = make_offer({.directory = "/mnt/storage/recover-salvage", .root = target});
//     for (const auto& proposal : offer.proposals) ...
#pragma once

#include <sys/stat.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "recover/salvage/manifest.hpp"

namespace recover::salvage {

enum class Change {
  added,        // nothing is there by that name
  replaces,     // what is there is older, or as old and different; a directory: its owner, mode or attributes
  untrusted,    // it would replace something, and nothing shows that it is whole or the newest
  damaged,      // something of it is missing
  other_kind,   // a directory is there, or it is one itself
  newer_there,  // what is there is newer: never taken without a word of its own
};

struct Proposal {
  Change change = Change::added;
  Provenance provenance = Provenance::clean;
  std::string path;                     // on the machine, absolute, any bytes
  std::string stored;                   // below the salvage directory, any bytes
  std::string kind;                     // as in the manifest
  std::string link;                     // as in the manifest: a further name of that path's file
  std::int64_t size = 0;                // bytes, as the filesystem says
  std::int64_t bytes = 0;               // that it takes of the target's room
  std::int64_t mtime = 0;               // seconds since 1970
  std::optional<std::int64_t> instead;  // mtime of what is there by that name
  std::string problem;                  // of the manifest

  bool is_directory() const { return kind == "directory"; }
  // By its own name it would stand in the way of what is there, or pass for whole: unless the operator says
  // otherwise it is put beside.
  bool beside() const {
    return change == Change::untrusted || change == Change::damaged || change == Change::other_kind;
  }
  // Of the name that it gets there: ".salvaged-damaged".
  std::string_view suffix() const;
  bool operator==(const Proposal&) const = default;
};

// Why something cannot be offered.
struct Withheld {
  std::string path;   // any bytes
  std::string words;  // printable
  bool operator==(const Withheld&) const = default;
};

struct Offer {
  std::vector<Proposal> proposals;  // by path, so that directories come before what is in them
  std::int64_t same = 0;            // things that are there already, and no directories
  std::vector<Withheld> lost;       // of which nothing could be had
  std::vector<Withheld> withheld;   // that are in the salvage and stay there
};

struct OfferRequest {
  std::string directory;                 // of the salvage
  std::string root;                      // of the restored tree
  std::vector<std::string> others = {};  // mount points of other filesystems in it
  // Others have written to the tree since it was restored, so the time of a symbolic link tells something:
  // Bacula does not bring it back.
  bool lives = false;
};

// One side, as lstat(2) has it.
struct Side {
  struct stat status {};
  std::string target;  // of a symbolic link
};

// `living`: nothing when there is none by that name. `same_inside`: content and attributes were compared
// where the metadata did not tell, and are the same. Nothing when they are the same.
std::optional<Change> compare(Provenance provenance, const Side& salvaged, const std::optional<Side>& living,
                              bool same_inside, bool lives);

// Throws Failed when the manifest cannot be read or the tree is not there; Interrupted.
Offer make_offer(const OfferRequest& request);

}  // namespace recover::salvage
