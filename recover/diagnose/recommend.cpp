#include "recover/diagnose/recommend.hpp"

#include <algorithm>

#include "recover/system/text.hpp"

namespace recover::diagnosis {
namespace {

using system::exact_bytes;
using system::human_bytes;
using Lines = std::vector<std::string>;

std::string told(const KernelWord& word) {
  return word.from + ": " + word.text + " (" + word.meaning +
         (word.times > 1 ? "; " + std::to_string(word.times) + " such lines" : std::string()) + ")";
}

// That what is on the disk is damaged.
Lines damage(const Evidence& evidence) {
  Lines lines;
  for (const auto& device : evidence.broken.devices)
    for (const auto& copy : device.superblocks)
      if (!copy.whole())
        lines.push_back(device.path + ", superblock " + std::to_string(copy.mirror) + ": " + copy.problem);
  if (!evidence.broken.missing.empty())
    lines.push_back(std::to_string(evidence.broken.missing.size()) + " of its devices missing");
  for (const auto& trial : evidence.trials) {
    if (!trial.mounted) lines.push_back("Not mountable with " + trial.options + ": " + trial.answer);
    for (const auto& tried : trial.tried)
      if (tried.looked.unreadable > 0)
        lines.push_back(std::to_string(tried.looked.unreadable) + " unreadable in " +
                        system::printable(tried.path) +
                        (tried.looked.problems.empty() ? "" : ", as " + tried.looked.problems.front()));
  }
  if (evidence.kernel)
    for (const auto& word : *evidence.kernel)
      if (word.sign == Sign::metadata || word.sign == Sign::data) lines.push_back(told(word));
  for (const auto& counted : evidence.counters)
    if (counted.corruption > 0 || counted.generation > 0)
      lines.push_back("The filesystem has counted on " + counted.device + ": " +
                      std::to_string(counted.corruption + counted.generation) + " blocks that were wrong");
  if (evidence.check && !evidence.check->clean)
    lines.push_back("btrfs check: " + (evidence.check->words.empty() ? std::string("it found errors")
                                                                     : evidence.check->words.front()));
  return lines;
}

std::string disk_of(const Evidence& evidence) {
  for (const auto& disk : evidence.health)
    if (disk.failing) return disk.disk;
  return evidence.broken.devices.empty() ? "/dev/DISK" : evidence.broken.devices.front().path;
}

std::int64_t size_of(const Evidence& evidence, const std::string& path) {
  for (const auto& device : evidence.devices)
    if (device.path == path) return device.size;
  return 0;
}

Recommendation image_first(const Evidence& evidence, Lines because) {
  const auto disk = disk_of(evidence);
  const auto size = size_of(evidence, disk);
  const bool fits = !evidence.storage.empty() && evidence.free_bytes > size;
  const auto to = (fits ? evidence.storage : std::string("/ANOTHER/DISK")) + "/recover-image";
  return {Advice::image_first, "none",
          "The hardware fails: each further read may be one too many. Mount it no more. First image " + disk +
              " (" + human_bytes(size) + ") to another disk" +
              (fits ? "" : "; the storage volume has no room for it") + ": ddrescue -d -n " + disk + " " +
              to + ".img " + to +
              ".map; then the same with -r3 in place of -n. Then detach the failing disk, "
              "attach the image (losetup --find --show --read-only --partscan " +
              to +
              ".img), and begin again with recover diagnose. A failed cable or port looks the same: try "
              "others first",
          std::move(because)};
}

Recommendation make_again(const Evidence& evidence) {
  Lines because;
  for (const auto& device : evidence.broken.devices)
    for (const auto& copy : device.superblocks)
      because.push_back(device.path + ", superblock " + std::to_string(copy.mirror) + ": " +
                        (copy.whole() ? "whole" : copy.problem));
  for (const auto& foreign : evidence.broken.foreign) because.push_back(foreign);
  for (const auto& trial : evidence.trials)
    because.push_back("Not mountable with " + trial.options + ": " + trial.answer);
  if (evidence.tools_open && !*evidence.tools_open)
    because.emplace_back("btrfs restore does not find its trees either");
  const bool nothing_left = evidence.broken.newest() == nullptr;
  return {
      Advice::make_again, "storage",
      std::string(nothing_left ? "Nothing on its devices says any more that a btrfs was there: nothing can "
                                 "be read from it by any known way. "
                               : "It cannot be mounted in any way, and its trees are not found: little or "
                                 "nothing can be read from it. ") +
          "Make it again, and bring the newest backup back: recover --playbook storage. " +
          (nothing_left ? "What was written since that backup is lost"
                        : "It tries first to read from older trees what the backup does not have"),
      std::move(because)};
}

Recommendation salvage(const Evidence& evidence, Lines because) {
  const auto* trial = evidence.mounted();
  std::string how;
  if (trial)
    how = "It is damaged, but can be mounted read-only, with " + trial->options + ". ";
  else
    how = "It cannot be mounted, but btrfs restore can read from it. ";
  const auto* newest = evidence.broken.newest();
  const bool first_lost =
      std::any_of(evidence.broken.devices.begin(), evidence.broken.devices.end(), [](const auto& device) {
        return device.newest() && !device.superblocks.empty() && !device.superblocks.front().whole();
      });
  std::string mend;
  if (first_lost)
    mend =
        ". Its first superblock is lost and a later copy is whole: btrfs rescue super-recover may mend "
        "that, once everything is salvaged";
  else if (newest && newest->log_root != 0 && !evidence.log.problem.empty())
    mend = ". When it has nothing else, btrfs rescue zero-log " + evidence.broken.devices.front().path +
           " may mend it, once everything is salvaged";
  if (!evidence.broken.missing.empty())
    how += std::to_string(evidence.broken.missing.size()) +
           " of its devices missing: attach what is only unplugged, then diagnose again. ";
  return {
      Advice::salvage, "salvage",
      how +
          "First take what no backup has: recover --playbook salvage, which never writes to it. Then make "
          "it again: recover --playbook storage, which offers the salvaged files when the backup is "
          "restored" +
          mend,
      std::move(because)};
}

// How far "nothing wrong" goes.
std::string looked(const Evidence& evidence) {
  std::int64_t things = 0;
  bool all = true;
  if (const auto* trial = evidence.mounted())
    for (const auto& tried : trial->tried) {
      things += tried.looked.things;
      all = all && tried.looked.all;
    }
  std::string text = std::to_string(things) +
                     (all ? " files and directories, all of them," : " files and directories, not all,") +
                     " were looked at, but for their content";
  return text + (evidence.check ? "; btrfs check finds no error" : "; --check-filesystem reads the rest");
}

Recommendation well(const Evidence& evidence) {
  Lines because{"It can be mounted read-only: " + evidence.mounted()->options, looked(evidence)};
  if (!evidence.entry.words.empty()) because.push_back(evidence.entry.words);
  if (evidence.log.at != 0) {
    because.insert(because.begin(), "It has a log of the last seconds, which can be read");
    return {
        Advice::log_replay, "none",
        "Nothing wrong was found but that it was not unmounted: what programs had synced in the last "
        "seconds waits in its log, and the next ordinary mount plays that back. Boot the machine. Only if "
        "that fails with \"failed to read log tree\": recover --playbook salvage, then btrfs rescue "
        "zero-log " +
            evidence.broken.devices.front().path + ", which gives up those seconds",
        std::move(because)};
  }
  if (evidence.entry.known && !evidence.entry.present)
    return {
        Advice::boot_entry, "efi",
        "Nothing wrong was found with the disk: only the boot entry of the machine is gone. Bring it back: "
        "recover --playbook efi. Nothing has to be restored",
        std::move(because)};
  return {
      Advice::nothing, "none",
      std::string("Nothing wrong was found with the filesystem") +
          (evidence.entry.known ? ", and its boot entry is there" : "") +
          ". Boot the machine. If it does not come up, see on its screen where it stops" +
          (evidence.entry.known ? ""
                                : "; when the firmware does not find it: recover --playbook efi, in a rescue "
                                  "system that was booted by UEFI"),
      std::move(because)};
}

}  // namespace

std::string_view to_string(Advice advice) {
  switch (advice) {
    case Advice::detach_clone:
      return "detach-clone";
    case Advice::attach:
      return "attach";
    case Advice::image_first:
      return "image-first";
    case Advice::make_again:
      return "make-again";
    case Advice::salvage:
      return "salvage";
    case Advice::log_replay:
      return "log-replay";
    case Advice::boot_entry:
      return "boot-entry";
    case Advice::in_use:
      return "in-use";
    case Advice::nothing:
      break;
  }
  return "nothing";
}

std::vector<std::string> signs_of_failing_hardware(const Evidence& evidence) {
  Lines lines;
  for (const auto& disk : evidence.health)
    if (disk.failing) lines.push_back("SMART of " + disk.disk + ": " + system::joined(disk.findings, "; "));
  for (const auto& device : evidence.broken.devices)
    for (const auto& copy : device.superblocks)
      if (copy.problem.starts_with("it cannot be read"))
        lines.push_back(device.path + ", superblock " + std::to_string(copy.mirror) + ": " + copy.problem);
  if (evidence.kernel)
    for (const auto& word : *evidence.kernel)
      if (word.sign == Sign::hardware) lines.push_back(told(word));
  for (const auto& counted : evidence.counters)
    if (counted.read > 0 || counted.write > 0)
      lines.push_back("The filesystem has counted on " + counted.device + ": " +
                      std::to_string(counted.read) + " reads and " + std::to_string(counted.write) +
                      " writes that failed");
  return lines;
}

Recommendation recommend(const Evidence& evidence) {
  const auto& broken = evidence.broken;
  if (!broken.clones.empty())
    return {
        Advice::detach_clone, "none",
        "A clone is attached: two devices say that they are the same one, and to mount either may damage "
        "both. Nothing was mounted. Detach one of them (losetup --detach, or pull its plug), then diagnose "
        "again",
        broken.clones};
  if (auto because = signs_of_failing_hardware(evidence); !because.empty())
    return image_first(evidence, std::move(because));
  if (broken.devices.empty() && broken.foreign.empty())
    return {Advice::attach,
            "none",
            "None of its devices is attached. Look at power, cables and the firmware's setup, then diagnose "
            "again. When the disk is dead, put a new one in its place: recover --playbook storage --replace "
            "OLD=NEW",
            {"0 of " + std::to_string(evidence.expected) + " devices were found"}};
  if (!broken.newest()) return make_again(evidence);
  if (!evidence.in_use.empty()) {
    auto because = damage(evidence);
    because.push_back(evidence.in_use);
    return {Advice::in_use, "none",
            "It is in use (" + evidence.in_use +
                "), so nothing was tried on it. Unmount it, or boot a rescue system, then diagnose again",
            std::move(because)};
  }
  const auto* trial = evidence.mounted();
  if (!trial && !evidence.tools_open.value_or(false)) return make_again(evidence);
  auto because = damage(evidence);
  if (evidence.log.at != 0 && !evidence.log.problem.empty())
    because.push_back("Its log of the last seconds cannot be read: " + evidence.log.problem);
  if (!because.empty() || !trial) return salvage(evidence, std::move(because));
  return well(evidence);
}

}  // namespace recover::diagnosis
