// Whether a thing that is met in a source shall be taken: by what the backup has of it, and by what the
// salvage has of it already.
#pragma once

#include <string>

#include "recover/salvage/record.hpp"
#include "recover/salvage/walk.hpp"
#include "recover/salvage/wanted.hpp"

namespace recover::salvage {

// file, directory, symlink, device, fifo, socket
std::string kind_of(const struct stat& status);

// Of its data, without holes. What is compressed there counts as it is read.
std::int64_t occupied_bytes(const struct stat& status);

// How far this source can be trusted, if all of a thing can be read.
Provenance trusted(const Source& source);

// What belongs to it, in words, could not all be kept: it is not what the source has, and takes the place of
// nothing that is.
void note_not_kept(ManifestEntry& entry, const std::string& problem);

// Whether this source may have something better than what is there.
bool may_be_better(const Record& record, const Recorded& there, const std::string& path, const Source& source,
                   const struct stat& status);

// What the backup's list says; where only a digest can decide the answer is still open.
Wish ask(const Wanted& wanted, const WalkedThing& thing, const Source& source);
Wish ask(const Wanted& wanted, const WalkedDirectory& directory, const Source& source);
// The same with the digest read. A file that cannot be read to its end is another.
bool has_other_content(const WalkedThing& thing, const Wish& wish);

}  // namespace recover::salvage
