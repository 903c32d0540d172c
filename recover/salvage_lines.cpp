// What an operator would type for a salvage.
#include "recover/salvage/mounted.hpp"
#include "recover/salvage/restore.hpp"
#include "recover/salvage/rungs.hpp"
#include "recover/salvage_actions.hpp"
#include "recover/system/text.hpp"

namespace recover {
namespace {

std::string typed(const std::vector<std::string>& argv) {
  std::vector<std::string> words;
  for (const auto& word : argv) words.push_back(system::shell_quoted(word));
  return system::joined(words, " ");
}

void copy_lines(const SalvageFiles& action, const std::string& from, std::vector<std::string>& lines) {
  for (const auto& [path, point] : action.place.subvolumes) {
    const auto to = action.directory + "/tree" + (point == "/" ? "" : point);
    lines.push_back(typed({"mkdir", "--parents", to}));
    lines.push_back(typed({"cp", "--archive", "--no-clobber", "--one-file-system",
                           from + (path.empty() || path == "/" ? "" : "/" + path) + "/.", to}));
  }
}

}  // namespace

std::vector<std::string> salvage_lines(const SalvageFiles& action) {
  const auto& place = action.place;
  const bool degraded = place.devices.size() < place.expected;
  const std::vector<std::string> devices =
      place.devices.empty() ? std::vector<std::string>{"DEVICE"} : place.devices;
  std::vector<std::string> lines{
      "# The btrfs " + place.uuid + ", which is never written to. " +
          (action.all ? "Everything is copied"
                      : "Only what the backup does not have, or has otherwise, is copied") +
          ",",
      "# with its provenance in " + action.directory + "/manifest.jsonl."};
  for (const auto& path : action.left_out) lines.push_back("# Left out: " + path);
  lines.push_back(typed({"mkdir", "--parents", place.mount_point, action.directory}));
  // A mount that is read-only mends the bad copy of two all the same.
  std::vector<std::string> views;
  for (std::size_t i = 0; i < devices.size(); ++i) {
    views.push_back("/dev/loop10" + std::to_string(i));
    lines.push_back(typed({"losetup", "--read-only", views.back(), devices[i]}));
  }
  bool first = true;
  for (const auto& rung : salvage::ladder(degraded)) {
    if (rung.kind != salvage::RungKind::mount) continue;
    if (!first) lines.emplace_back("# When that cannot be mounted, or not all of it could be read:");
    lines.push_back(typed({"mount", "-t", "btrfs", "-o", salvage::mount_options(rung, views) + ",subvolid=5",
                           views.front(), place.mount_point}));
    if (first) copy_lines(action, place.mount_point, lines);
    lines.push_back(typed({"umount", place.mount_point}));
    first = false;
  }
  for (const auto& view : views) lines.push_back(typed({"losetup", "--detach", view}));
  const auto scratch = action.directory + "/scratch";
  const salvage::RestoreStart start{devices.front()};
  lines.emplace_back("# When something is missing still (-u 1 where the first superblock is lost):");
  lines.push_back(typed(salvage::restore_command(start, scratch, action.snapshots, {})));
  lines.emplace_back("# And from an older tree root, at the address that it says:");
  lines.push_back(typed({"btrfs-find-root", "-a", devices.front()}));
  auto older = salvage::restore_command(start, scratch, action.snapshots, {});
  older.insert(older.end() - 2, {"-t", "ADDRESS"});
  lines.push_back(typed(older));
  return lines;
}

}  // namespace recover
