// What the system answered, as words for an error's sentence, and what a tired operator can do about it.
//
//     throw Failed("Could not write " + path + ": " + answer(errno), remedy_for(errno, path));
#pragma once

#include <string>

namespace recover::system {

// The words of an errno, in English whatever the locale: "No space left on device".
std::string answer(int error);

// What to do about an errno that a call on `path` gave.
std::string remedy_for(int error, const std::string& path);

}  // namespace recover::system
