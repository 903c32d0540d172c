// The evidence in lines for people.
#include <algorithm>

#include "recover/diagnose/evidence.hpp"
#include "recover/system/machine.hpp"
#include "recover/system/text.hpp"

namespace recover::diagnosis {
namespace {

using system::human_bytes;
using Lines = std::vector<std::string>;

void devices(const Evidence& evidence, Lines& lines) {
  const auto& broken = evidence.broken;
  lines.push_back("Filesystem " + broken.uuid + ": " + std::to_string(broken.devices.size()) +
                  " device(s) here, " + std::to_string(evidence.expected) + " in the profile");
  for (const auto& device : broken.devices) {
    const auto* newest = device.newest();
    lines.push_back(
        device.path + " (" + system::printable(device.serial) + "), " + human_bytes(device.size) +
        (newest ? ", device " + std::to_string(newest->device_id) : ", which device is not known"));
    for (const auto& copy : device.superblocks)
      lines.push_back("  superblock " + std::to_string(copy.mirror) + " at " + human_bytes(copy.offset) +
                      ": " +
                      (copy.whole() ? "whole, generation " + std::to_string(copy.generation) + ", checksum " +
                                          copy.checksum + " right"
                                    : copy.problem));
  }
  for (const auto id : broken.missing) lines.push_back("MISSING: device " + std::to_string(id));
  for (const auto& clone : broken.clones) lines.push_back("CLONE: " + clone);
  for (const auto& foreign : broken.foreign) lines.push_back(foreign);
}

// The first few, each once: what they mean stands with the kernel's other words.
Lines first_of(const Lines& said) {
  Lines first;
  for (const auto& line : said)
    if (first.size() < 3 && std::find(first.begin(), first.end(), line) == first.end()) first.push_back(line);
  return first;
}

void mounts(const Evidence& evidence, Lines& lines) {
  if (!evidence.in_use.empty()) lines.push_back("In use, not tried to be mounted: " + evidence.in_use);
  if (evidence.spared) lines.emplace_back("Not mounted, nor read any further: the disk fails");
  for (const auto& trial : evidence.trials) {
    lines.push_back("mount -o " + trial.options + ": " + (trial.mounted ? "mounted" : trial.answer));
    for (const auto& word : first_of(trial.kernel)) lines.push_back("  the kernel said: " + word);
    if (trial.mounted)
      lines.push_back("  subvolumes: " + (trial.subvolumes.empty()
                                              ? std::string("none can be listed")
                                              : system::printable(system::joined(trial.subvolumes))));
    for (const auto& tried : trial.tried) {
      const auto& looked = tried.looked;
      lines.push_back("  " + system::printable(tried.path) + " (" + system::printable(tried.mount) +
                      "): " + std::to_string(looked.things) + " files and directories can be read" +
                      (looked.unreadable > 0 ? ", " + std::to_string(looked.unreadable) + " CANNOT" : "") +
                      (looked.all ? "" : "; not all were looked at"));
      for (const auto& problem : looked.problems) lines.push_back("    " + problem);
    }
  }
  if (evidence.tools_open)
    lines.push_back(std::string("btrfs restore ") +
                    (*evidence.tools_open ? "finds its trees" : "does not find its trees"));
  if (evidence.log.at != 0)
    lines.push_back(
        "A log of the last seconds waits to be played back" +
        (evidence.log.problem.empty() ? std::string() : ", and cannot be read: " + evidence.log.problem));
}

void disks(const Evidence& evidence, Lines& lines) {
  for (const auto& counted : evidence.counters)
    lines.push_back("Counted on " + counted.device + ": " + std::to_string(counted.read) + " reads, " +
                    std::to_string(counted.write) + " writes, " + std::to_string(counted.flush) +
                    " flushes failed; " + std::to_string(counted.corruption) + " blocks corrupt, " +
                    std::to_string(counted.generation) + " of a wrong generation");
  for (const auto& disk : evidence.health) {
    std::string line = "SMART of " + disk.disk + ": ";
    line += !disk.problem.empty() ? "not known; " + disk.problem
            : disk.failing        ? "FAILING"
                                  : "it calls itself well";
    if (!disk.findings.empty()) line += "; " + system::joined(disk.findings, "; ");
    lines.push_back(line);
  }
  if (evidence.check) {
    lines.push_back(std::string("btrfs check --readonly: ") + (evidence.check->clean      ? "no error"
                                                               : evidence.check->finished ? "ERRORS"
                                                                                          : "it gave up"));
    for (const auto& word : evidence.check->words) lines.push_back("  " + word);
  }
}

void words(const std::vector<KernelWord>& all, Lines& lines) {
  for (const auto& word : all) {
    lines.push_back(word.from + ": " + word.text);
    lines.push_back("  that is: " + word.meaning +
                    (word.times > 1 ? " (" + std::to_string(word.times) + " such lines)" : std::string()));
  }
}

void kernel(const Evidence& evidence, Lines& lines) {
  if (!evidence.kernel)
    lines.emplace_back("The kernel's log cannot be read");
  else if (evidence.kernel->empty())
    lines.emplace_back("The kernel's log has nothing of it that is wrong");
  else
    words(*evidence.kernel, lines);
  if (evidence.crashes.empty()) lines.emplace_back("No record of a crash (pstore)");
  for (const auto& crash : evidence.crashes)
    lines.push_back("Record of a crash: " + crash.name + (crash.why.empty() ? "" : ", " + crash.why) +
                    (crash.problem.empty() ? "" : "; " + crash.problem));
  words(evidence.crash_words, lines);
}

// What no backup has lies between the two; how much it is, nobody can say without reading all of it.
void backup(const Evidence& evidence, Lines& lines) {
  const auto* newest = evidence.broken.newest();
  const auto used = newest ? newest->used_bytes : 0;
  if (evidence.storage.empty())
    lines.emplace_back("The storage volume is not mounted: no backup can be seen, and nothing is archived");
  else
    lines.push_back("Free on the storage volume " + evidence.storage + ": " +
                    human_bytes(evidence.free_bytes) +
                    (newest ? "; used on the filesystem: " + human_bytes(used) +
                                  (used <= evidence.free_bytes ? "" : ": NOT ALL OF IT HAS ROOM THERE")
                            : std::string()));
  if (!evidence.storage.empty())
    lines.push_back(
        evidence.backup.words.empty()
            ? "No newest backup is known: " + evidence.backup.problem
            : "Newest backup: " + evidence.backup.words +
                  (evidence.backup.time == 0 || evidence.backup.time > evidence.now
                       ? ""
                       : ", " + system::human_seconds(evidence.now - evidence.backup.time) + " ago"));
  if (!evidence.written) return;
  std::string line = "The filesystem was last written " + system::local_time(*evidence.written);
  if (evidence.backup.time != 0)
    line +=
        *evidence.written <= evidence.backup.time
            ? ": not since that backup, so little or nothing lies between"
            : ": " + system::human_seconds(*evidence.written - evidence.backup.time) +
                  " after that backup. What was written in that time is in no backup; how much it is only "
                  "salvaging shows";
  lines.push_back(line);
}

}  // namespace

const MountTrial* Evidence::mounted() const {
  const auto found =
      std::find_if(trials.begin(), trials.end(), [](const auto& trial) { return trial.mounted; });
  return found == trials.end() ? nullptr : &*found;
}

std::vector<std::string> lines_of(const Evidence& evidence) {
  Lines lines;
  devices(evidence, lines);
  mounts(evidence, lines);
  disks(evidence, lines);
  kernel(evidence, lines);
  backup(evidence, lines);
  if (!evidence.entry.words.empty()) lines.push_back(evidence.entry.words);
  return lines;
}

}  // namespace recover::diagnosis
