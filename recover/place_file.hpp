// Puts copies of restored files into a tree that lives: whole or not at all, with owner, mode, times, ACLs
// and xattrs. The copy is made in a directory that nobody else may enter, and renamed; the time of the
// directory that gets it stays as it was, since the file belongs there.
#pragma once

#include <functional>
#include <string>

#include "recover/system/tree_entry.hpp"

namespace recover::system {
class Processes;
}

namespace recover {

// `to`: its parent is there. Without `replace` nothing may be there by that name. Throws Failed; then nothing
// has changed.
void place_file(system::Processes& processes, const system::TreeEntry& from, const system::TreeEntry& to,
                bool replace);

// Makes the copy at `to`, where nothing is yet, with all that belongs to it. Throws Failed.
using CopyEntry = std::function<void(const system::TreeEntry& from, const system::TreeEntry& to)>;
void place_file(const CopyEntry& copy, const system::TreeEntry& from, const system::TreeEntry& to,
                bool replace);

// What a process that was killed meanwhile has left in that directory.
void remove_leftovers(const system::Descriptor& directory);

// A regular file with several names keeps them: its content is written anew. Throws Failed.
void overwrite_file(system::Processes& processes, const system::TreeEntry& from, const system::TreeEntry& to);

// A further name for the file `other`, at `to`. False when there can be none (another subvolume).
bool link_file(const system::TreeEntry& other, const system::TreeEntry& to);

// Owner, attributes, mode and times of `from`, for a directory that is there. Throws Failed.
void take_state(const system::TreeEntry& from, const system::TreeEntry& to);

}  // namespace recover
