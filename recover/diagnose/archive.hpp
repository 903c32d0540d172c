// Keeps the evidence of a diagnosis: a directory of its own for each, with plain text, and the same as one
// file to carry away.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "recover/system/process.hpp"

namespace recover::diagnosis {

// Name of a file in the archive, and what is in it: secrets are taken out.
using Exhibits = std::vector<std::pair<std::string, std::string>>;

// DIRECTORY/STAMP/NAME each, and DIRECTORY/STAMP.tar.gz, which it gives back (where tar fails the directory).
// Of two of one moment each has its own: "STAMP-2". Throws Failed, Interrupted.
std::string keep(system::Processes& processes, const std::string& directory, const std::string& stamp,
                 const Exhibits& exhibits);

}  // namespace recover::diagnosis
