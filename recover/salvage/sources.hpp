// Which parts of a broken btrfs are files of which place on the machine. The profile says where its
// subvolumes are mounted; one that lies in such a subvolume is seen below its mount point; another is nowhere
// on the machine, and called "/.subvolumes/PATH".
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "recover/facts.hpp"
#include "recover/salvage/collect.hpp"
#include "recover/salvage_action.hpp"

namespace recover::salvage {

using MountedPaths =
    std::vector<std::pair<std::string, std::string>>;  // path from the top level, mount point

// "@/var/lib/machines" with @ mounted on "/": "/var/lib/machines".
std::string place_on_machine(const std::string& subvolume, const MountedPaths& mounted);

// The other way round: "/var/log" is "@/var/log".
std::string place_on_filesystem(const std::string& path, const MountedPaths& mounted);

struct Part {
  std::string subvolume;  // path from the top level; empty: the top level itself
  std::string path;       // on the machine
  bool operator==(const Part&) const = default;
};

struct Parts {
  std::vector<Part> read;
  std::vector<std::string> elsewhere;  // paths on the machine of all subvolumes, those that are not read too
};

// Those of the profile first, in its order, whether they were found or not; then all others of `found`, and
// the top level: of snapshots and other read-only ones only with `snapshots`.
Parts parts_of(const MountedPaths& mounted, const std::vector<Subvolume>& found, bool snapshots);

// What is left out of a part's own tree: what `elsewhere` names below it, and is not the part itself.
Source source_of(const Part& part, const Parts& parts, const std::string& at, const Rung& rung,
                 std::uint64_t generation, bool scratch);

}  // namespace recover::salvage
