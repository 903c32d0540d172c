#include "recover/salvage/rungs.hpp"

namespace recover::salvage {

// The options are those of btrfs(5), "rescue". Each includes nologreplay: without it even a read-only mount
// writes the log tree back. `all` ignores bad roots and all checksums, since Linux 6.11 also those of the
// metadata; nologreplay is part of it, usebackuproot is not. Each stands by itself: since Linux 6.8 the list
// with colons, "rescue=a:b", that btrfs(5) tells of is a "Bad value for 'rescue'" (the new mount interface
// looks each value up as it stands).
std::vector<Rung> ladder(bool degraded) {
  const std::string first = degraded ? "ro,degraded," : "ro,";
  const std::string missing = degraded ? "; a device is missing, so no second copy mends what is bad" : "";
  return {
      {"nologreplay", RungKind::mount, first + "rescue=nologreplay",
       "All that was committed, held against its checksums; what programs had synced in the seconds before "
       "the "
       "crash may be missing" +
           missing,
       true},
      {"usebackuproot", RungKind::mount, first + "rescue=nologreplay,rescue=usebackuproot",
       "As above, perhaps by an older tree root, some commits behind: the newest changes may be missing" +
           missing,
       true},
      {"all", RungKind::mount, first + "rescue=all,rescue=usebackuproot",
       "No checksum is asked: any file may hold wrong bytes, and directories may be wrong or incomplete" +
           missing,
       false},
      {"restore", RungKind::restore, "",
       "Read without the kernel by btrfs restore, which holds no data against its checksums: any file may "
       "hold "
       "wrong bytes, or be cut short, and directories may be incomplete",
       false},
      {"older", RungKind::older, "",
       "Read by btrfs restore from an older state of the filesystem: no data is held against its checksums, "
       "and "
       "what was written since is not in it",
       false},
  };
}

}  // namespace recover::salvage
