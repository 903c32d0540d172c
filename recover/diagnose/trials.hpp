// Whether a broken btrfs can be mounted, by which rung of the ladder, and what can be read of it then. Always
// read-only, and without playing its log back; unmounted at once.
#pragma once

#include <functional>

#include "recover/broken_btrfs.hpp"
#include "recover/diagnose/evidence.hpp"
#include "recover/salvage_action.hpp"
#include "recover/system/read_only_view.hpp"

namespace recover::diagnosis {

// The options of a mount of the top level for a rung's own: with every device that the kernel can take, which
// are those whose first superblock is whole. Empty: there is none.
struct MountWords {
  std::string source, options;
  bool operator==(const MountWords&) const = default;
};
MountWords mount_words(const BrokenBtrfs& broken, const std::string& rung_options);

using WhileMounted = std::function<void(const std::string& mount_point, const system::ReadOnlyView& view)>;

// Down the ladder to the first that mounts; `while_mounted` is called then, with the mount point, and what
// gives the devices their own names in what is said of the mounted filesystem. Throws Interrupted, and Failed
// when what was mounted cannot be unmounted.
std::vector<MountTrial> try_mounts(const BrokenPlace& place, const BrokenBtrfs& broken,
                                   const WhileMounted& while_mounted);

}  // namespace recover::diagnosis
