// Which filesystem a salvage directory is of, and which state of it. What it holds already counts as
// salvaged: of another filesystem, or of the same one after it was mended or made again, that would be wrong.
#pragma once

#include <string>

#include "recover/broken_btrfs.hpp"

namespace recover::salvage {

enum class Salvaged {
  from_it,             // or nothing yet
  before_it_was_made,  // the same UUID, and no device is the one that it was: a recovery has made it again
                       // since
};

// Leaves the mark in a directory that has none. Throws Refused when the mark tells of another filesystem, or
// of another state of this one; Failed. With no superblock left the state cannot be told, and counts as the
// same.
Salvaged salvaged_from(const std::string& directory, const BrokenBtrfs& broken);

}  // namespace recover::salvage
