// What the fallback could not bring back, by name: bextract restores no ACLs and no xattrs (so no file
// capabilities), and a damaged block costs data that it does not mention.
#pragma once

#include <string>

#include "recover/event.hpp"

namespace recover {

// Reads the volumes as `keep`/backup.bsr names them, compares `target` with `keep`/backup.files, and gives
// events "degraded" with "lost" ("ACL", "xattr", "data", "file"), "files" (in words, for people) and "paths"
// (the same files, the path alone; empty where the name itself was lost), at most 100 each, printable. Memory
// does not grow with the number of files. Throws Failed when the volumes cannot be read.
void name_losses(const std::string& volumes, const std::string& keep, const std::string& target,
                 Observer& observer);

}  // namespace recover
