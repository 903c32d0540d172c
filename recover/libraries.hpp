// The libraries that the program is made of, with their versions: what `recover --version` shows. A bundle
// brings its own, a package takes the system's: a report about an error is worth more when it says which they
// were.
//
//     for (const auto& library : libraries()) ...
#pragma once

#include <string>
#include <vector>

namespace recover {

struct Library {
  std::string name, version;
  bool as_loaded = true;  // the library told it now; else it tells nobody, and this is what was built with
};

std::vector<Library> libraries();

// recover and its version, then a line for each library.
std::string version_text();

}  // namespace recover
