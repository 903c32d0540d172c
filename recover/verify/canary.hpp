// Canaries: small files of random content that say which machine, filesystem and boot they were written in. A
// backup that does not bring them back is not one of this machine, of this place, or of today.
//
//     const auto canaries = write_canaries(places, identity);
//     ... back up, restore below `scratch` ...
//     for (const auto& canary : canaries) differs(canary, scratch) ...
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "recover/verify/places.hpp"

namespace recover::verify {

struct Identity {
  std::string machine, machine_id, filesystem;  // name, /etc/machine-id, UUID of the root
  std::string boot_id, time;                    // YYYY-MM-DD HH:MM:SS
  std::int64_t now = 0;
};

struct Canary {
  std::string place;    // "/home"
  std::string path;     // "/home/.recover-canary/fresh-5f2a91c0"
  std::string content;  // as written
};

// Two a place: one with a fresh name, and a changed one that always has the same. Older fresh ones are
// removed. On the disk when it returns. Places that are read-only get none. Throws Failed, also where the
// directory for them is somebody else's (canary_directory.hpp).
std::vector<Canary> write_canaries(const std::vector<Place>& places, const Identity& identity);

// When the canaries that stand in the places were written, the latest, seconds since 1970; 0: there are none.
// Only root's own are believed.
std::int64_t last_written(const std::vector<Place>& places);

// Compares what was restored below `scratch`. A sentence without a full stop; empty: the same byte for byte.
std::string differs(const Canary& canary, const std::string& scratch);

}  // namespace recover::verify
