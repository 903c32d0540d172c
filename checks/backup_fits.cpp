#include <algorithm>

#include "checks/checks.hpp"
#include "recover/system/text.hpp"

namespace recover::checks {
namespace {

// What is written through every mount is packed.
bool is_compressed(const Profile& profile) {
  bool any = false;
  for (const auto& subvolume : profile.subvolumes) {
    if (subvolume.mount.empty()) continue;
    const auto options = "," + subvolume.options;
    const bool packed = options.find(",compress=") != std::string::npos ||
                        options.find(",compress-force") != std::string::npos ||
                        (options + ",").find(",compress,") != std::string::npos;
    if (!packed || options.find(",compress=no") != std::string::npos) return false;
    any = true;
  }
  return any;
}

// Of data; 0: not known. The volumes hold it packed, so there it is the least that it can be.
std::int64_t bytes_of(const Facts& facts) {
  if (facts.backup->bytes > 0) return facts.backup->bytes;
  return facts.proof ? facts.proof->proof.data : 0;
}

Answer ask(const Profile& profile, const Facts& facts) {
  if (!facts.backup) return unknown("no backup is chosen yet");
  const auto& filesystem = profile.filesystem;
  std::vector<std::int64_t> sizes;
  for (const auto& target : find_targets(profile, facts)) {
    if (!target.device) return unknown("the disk " + target.disk.name + " was not found");
    sizes.push_back(target.device->size);
  }
  const auto bytes = bytes_of(facts);
  if (bytes == 0)
    return holds("how large the backup's data is, nobody knows; a full target is seen by the restore");
  const auto margin = metadata_margin(filesystem.metadata, facts.backup->files);
  const auto room = std::max<std::int64_t>(data_capacity(filesystem.data, sizes) - margin, 0);
  const auto figures = system::human_bytes(bytes) + (facts.backup->bytes > 0 ? "" : " or more") +
                       " of data, " + system::human_bytes(room) + " of room in data profile " +
                       filesystem.data + " (without " + system::human_bytes(margin) +
                       " for the metadata of " + std::to_string(facts.backup->files) + " files)";
  if (bytes <= room) return holds(figures);
  if (is_compressed(profile))
    return holds(figures + ": IT DEPENDS ON COMPRESSION whether it fits, which all its mounts have");
  return fails("The backup does not fit on the target: " + figures,
               "Restore to larger disks, or have every mount compress: options = \"compress=zstd\" in the "
               "profile's [[subvolume]] tables");
}

}  // namespace

Check backup_fits() {
  return {.name = "backup-fits",
          .question = "Has the target room for the data of the chosen backup?",
          .ask = ask,
          .refuses = true,
          .before_destroying = true};
}

}  // namespace recover::checks
