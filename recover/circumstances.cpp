#include "recover/circumstances.hpp"

#include <algorithm>

#include "recover/system/machine.hpp"
#include "recover/system/text.hpp"
#include "recover/targets.hpp"

namespace recover {
namespace {

using Sentences = std::vector<std::string>;

std::string or_none(const std::string& text) {
  return text.empty() ? "none" : text;
}

const char* const unknown_content = "nothing that blkid knows";

void describe(const std::string& role, const Target& target, Circumstances& all) {
  if (!target.device) {
    all.lasting.push_back(role + ": " + target.problem);
    return;
  }
  if (target.blank && !target.blank->path.empty()) {
    const auto& disk = *target.blank;
    all.lasting.push_back(role + ": on a new disk of " + system::exact_bytes(disk.size) +
                          " with the serial " + or_none(disk.serial) + ", WWN " + or_none(disk.wwn) +
                          ", now with the partition table " + or_none(disk.table_uuid));
    all.passing.push_back(
        role + ": the new disk " + disk.path + " holds " +
        (disk.fs_type.empty() ? unknown_content : disk.fs_type + " " + or_none(disk.fs_uuid)) + "; " +
        (disk.in_use.empty() ? "not in use" : "in use: " + disk.in_use));
  }
  const auto& device = *target.device;
  auto lasting = role + ": " + system::exact_bytes(device.size) + " on the disk with the serial " +
                 or_none(device.serial) + ", WWN " + or_none(device.wwn) + ", partition table " +
                 or_none(device.table_uuid);
  if (!device.partition_uuid.empty())
    lasting += ", partition " + device.partition_uuid + " at byte " + std::to_string(device.start);
  if (!device.volume.empty()) lasting += ", LVM volume " + device.volume;
  all.lasting.push_back(lasting);
  all.passing.push_back(role + ": " + device.path + " holds " +
                        (device.fs_type.empty() ? unknown_content : device.fs_type) + ", label " +
                        or_none(device.fs_label) + ", UUID " + or_none(device.fs_uuid) + "; " +
                        (device.in_use.empty() ? "not in use" : "in use: " + device.in_use));
}

void describe(const StorageFacts& storage, Circumstances& all) {
  const auto& stored = storage.stored;
  all.lasting.push_back("volumes: " + std::to_string(stored.files) + " files, " +
                        system::exact_bytes(stored.bytes) + ", the newest " + or_none(stored.newest) +
                        (stored.written > 0 ? " of " + system::local_time(stored.written) : ""));
  std::string bootstrap = "bootstrap file: " + or_none(storage.bootstrap);
  if (!storage.bootstrap.empty())
    bootstrap += ", " + system::exact_bytes(storage.bootstrap_size) + " of " +
                 system::local_time(storage.bootstrap_written);
  // Where the storage volume is mounted may differ; which file it is does not.
  if (bootstrap.find(storage.mount_point) != std::string::npos)
    bootstrap.erase(bootstrap.find(storage.mount_point), storage.mount_point.size());
  all.lasting.push_back(bootstrap);
  all.passing.push_back("storage volume: " + or_none(storage.device) + " on " + storage.mount_point +
                        (storage.writable ? ", writable" : ", read-only"));
}

bool is_below(const std::string& path, const std::string& point) {
  return path == point || path.starts_with(point + "/");
}

}  // namespace

Circumstances circumstances(const Profile& profile, const Facts& facts, const Sentences& own) {
  Circumstances all;
  for (const auto& target : find_targets(profile, facts)) describe("root", target, all);
  if (const auto esp = find_esp(profile, facts)) describe("ESP", *esp, all);
  if (const auto boot = find_boot(profile, facts)) describe("/boot", *boot, all);
  if (facts.storage) describe(*facts.storage, all);
  for (const auto& mount : facts.mounts) {
    const bool planned =
        std::any_of(own.begin(), own.end(), [&](const auto& point) { return is_below(mount.target, point); });
    if (!planned && mount.source.starts_with("/dev/"))
      all.passing.push_back("mounted: " + mount.source + " on " + mount.target);
  }
  for (auto* sentences : {&all.lasting, &all.passing})
    for (auto& sentence : *sentences) sentence = system::printable(sentence);
  return all;
}

Sentences chosen_backup(const Facts& facts) {
  Sentences sentences;
  if (!facts.backup) return sentences;
  for (const auto& job : facts.backup->jobs)
    sentences.push_back("to be restored: job " + std::to_string(job.id) + " " + job.level + " of " +
                        job.start);
  sentences.push_back("to be restored: " + std::to_string(facts.backup->files) + " files from " +
                      system::joined(facts.backup->volumes));
  if (facts.storage)
    for (const auto& volume : facts.storage->volumes)
      sentences.push_back("volume " + volume.name + ": " + system::exact_bytes(volume.size) +
                          (volume.problem.empty() ? "" : "; " + volume.problem));
  return sentences;
}

std::string difference(const Sentences& before, const Sentences& after) {
  const auto without = [](const Sentences& all, const Sentences& these) {
    Sentences left;
    for (const auto& sentence : all)
      if (std::find(these.begin(), these.end(), sentence) == these.end()) left.push_back(sentence);
    return left;
  };
  std::string text;
  for (const auto& gone : without(before, after)) text += (text.empty() ? "" : "; ") + ("no longer: " + gone);
  for (const auto& come : without(after, before)) text += (text.empty() ? "" : "; ") + ("now: " + come);
  return text;
}

std::string difference(const Circumstances& before, const Circumstances& after) {
  auto all_before = before.lasting, all_after = after.lasting;
  all_before.insert(all_before.end(), before.passing.begin(), before.passing.end());
  all_after.insert(all_after.end(), after.passing.begin(), after.passing.end());
  return difference(all_before, all_after);
}

}  // namespace recover
