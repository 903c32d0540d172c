// Mends one file that the fallback left degraded, from the copy that the Director has brought back. What was
// changed since the recovery is never overwritten: it stays, and that is said.
//
//     Mender mender(processes, "/var/lib/recover/repair/files", "/", losses.completed_at);
//     const auto mended = mender.mend("ACL", "/usr/bin/ping");
#pragma once

#include <sys/stat.h>

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "recover/system/tree_entry.hpp"
#include "recover/system/tree_root.hpp"

namespace recover::system {
class Processes;
}

namespace recover {

struct Mended {
  bool repaired = false;  // nothing is left to do: it goes off the list
  std::string words;      // for people, printable: what was done, or why not; empty: as it should be
};

class Mender {
 public:
  // `restored`: the tree that was brought back; `machine`: the one that lives; `completed_at`: the end of the
  // recovery, seconds since 1970, 0 when nobody knows it. Throws Failed when one of them is no directory.
  Mender(system::Processes& processes, const std::string& restored, const std::string& machine,
         std::int64_t completed_at);

  // `lost`: "ACL", "xattr", "data" or "file"; `path`: absolute, any bytes. A file that is whole again may be
  // listed for its attributes too: those come with it. Throws Interrupted only.
  Mended mend(const std::string& lost, const std::string& path);

 private:
  Mended mend_attributes(bool acls, const std::string& path);
  Mended mend_attribute(const system::TreeEntry& restored, const system::TreeEntry& living,
                        const std::string& name, const std::string& value);
  Mended mend_directory(const system::TreeEntry& restored, const system::TreeEntry& living,
                        const std::string& path);
  Mended mend_content(const std::string& lost, const std::string& path);
  Mended bring_back(const system::TreeEntry& restored, const system::TreeEntry& place,
                    const std::string& path);
  Mended replace(const system::TreeEntry& restored, const system::TreeEntry& living);
  Mended put_beside(const system::TreeEntry& restored, const system::TreeEntry& living,
                    const std::string& path, const std::string& why);
  std::vector<std::string> other_names(const struct stat& restored);

  system::Processes& processes_;
  std::string restored_path_;
  system::TreeRoot restored_, machine_;
  std::int64_t completed_at_;
  std::set<std::string> whole_;  // paths that were brought back in this run
  // Names in the restored tree by their inode, of files with several; read when first asked for.
  std::optional<std::map<ino_t, std::vector<std::string>>> names_;
};

}  // namespace recover
