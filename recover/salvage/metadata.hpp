// What belongs to a thing beside its data: owner, mode, extended attributes (ACLs and capabilities are such),
// times.
#pragma once

#include <sys/stat.h>

#include <string>

namespace recover::salvage {

// Both are descriptors, O_PATH where there is nothing to be opened. Gives what could not be read or kept, in
// words; empty: all was. Nothing is thrown: data without its owner is better than none.
std::string keep_metadata(int from, int to, const struct stat& status);
// The times alone.
void keep_times(int to, const struct stat& status);
// ACLs, capabilities, user attributes: all but what the filesystem has of its own.
bool has_attributes(int of);

}  // namespace recover::salvage
