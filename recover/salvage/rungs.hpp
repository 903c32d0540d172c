// The ladder: the ways to read a broken btrfs, best first, none of which writes to it. Each says what can be
// trusted of what is read by it.
#pragma once

#include <string>
#include <vector>

namespace recover::salvage {

enum class RungKind { mount, restore, older };

struct Rung {
  std::string name;  // "nologreplay", "usebackuproot", "all", "restore", "older"
  RungKind kind = RungKind::mount;
  std::string options;    // of a mount: "ro,rescue=nologreplay"
  std::string trust;      // a sentence: what can be trusted on it
  bool checksums = true;  // data is held against its checksums
};

// With `degraded` (a device is missing) every mount is given that option as well.
std::vector<Rung> ladder(bool degraded);

}  // namespace recover::salvage
