// Reads the names, inodes and extents of a tree, to see whether they can be read: all of its metadata, and
// none of the content of its files.
#pragma once

#include <chrono>
#include <string>

#include "recover/diagnose/evidence.hpp"
#include "recover/system/files.hpp"

namespace recover::diagnosis {

// `at`: a directory that is held; `name`: how it is called in what is told. Other filesystems and subvolumes
// in it are not entered, no link is followed, nothing is opened but directories and files. It ends after
// `patience`. Throws Interrupted.
LookedAt look_through(const system::Descriptor& at, const std::string& name,
                      std::chrono::milliseconds patience);

}  // namespace recover::diagnosis
