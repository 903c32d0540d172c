// The fstab of a restored root, and its mount points.
#include "recover/mount_points.hpp"

#include "tests/fuzz/target.hpp"

void recover::fuzz::try_input(std::string_view input) {
  static const Directory root;
  root.put("etc/fstab", input);
  const auto entries = read_fstab(root.path());
  for (const auto& path : missing_mount_points(root.path()))
    require(path.starts_with('/'), "a mount point is an absolute path");
  require(unresolved_uuids(entries, {}).size() <= entries.size(), "an entry names one filesystem");
}
