// Collects the evidence, asks for the recommendation, keeps both.
#include <algorithm>
#include <set>

#include "recover/diagnose/archive.hpp"
#include "recover/diagnose/evidence.hpp"
#include "recover/diagnose/recommend.hpp"
#include "recover/diagnose/tools.hpp"
#include "recover/diagnose/trials.hpp"
#include "recover/efi_entry.hpp"
#include "recover/error.hpp"
#include "recover/last_written.hpp"
#include "recover/salvage_actions.hpp"
#include "recover/system/devices.hpp"
#include "recover/system/efi.hpp"
#include "recover/system/files.hpp"
#include "recover/system/kernel_records.hpp"
#include "recover/system/machine.hpp"
#include "recover/system/mount.hpp"
#include "recover/system/process.hpp"
#include "recover/system/text.hpp"

namespace recover {
namespace {

using namespace std::chrono_literals;
using diagnosis::Evidence;

std::string base(const std::string& path) {
  return path.substr(path.rfind('/') + 1);
}

// Those of the filesystem, and all that they lie on.
std::vector<BlockDevice> devices_of(const BrokenBtrfs& broken, const std::vector<BlockDevice>& all) {
  std::set<std::string> paths;
  for (const auto& device : broken.devices) paths.insert(device.path);
  for (const auto& device : all)
    if (paths.contains(device.path)) {
      paths.insert(device.disk);
      paths.insert(device.beneath.begin(), device.beneath.end());
    }
  std::vector<BlockDevice> found;
  for (const auto& device : all)
    if (paths.contains(device.path)) found.push_back(device);
  return found;
}

std::string user_of(const BrokenBtrfs& broken, const std::vector<BlockDevice>& all) {
  for (const auto& broken_device : broken.devices)
    for (const auto& device : all)
      if (device.path == broken_device.path && !device.in_use.empty())
        return device.path + " is " + device.in_use;
  return "";
}

bool is_loop(const std::string& path) {
  return base(path).starts_with("loop");
}

class Diagnosis {
 public:
  Diagnosis(system::Processes& processes, const Diagnose& action, Observer& observer)
      : processes_(processes), action_(action), observer_(observer) {}

  Evidence collect() {
    evidence_.now = system::now();
    evidence_.storage = action_.storage;
    evidence_.expected = action_.place.expected;
    evidence_.attached = action_.place.devices.size();
    const auto all = system::read_devices(system::read_mounts());
    evidence_.broken = find_broken(action_.place, all);
    evidence_.devices = devices_of(evidence_.broken, all);
    evidence_.in_use = user_of(evidence_.broken, evidence_.devices);
    begin("disks");
    ask_disks();
    if (evidence_.broken.newest() && evidence_.broken.clones.empty()) look_at_filesystem();
    begin("kernel");
    hear_kernel();
    read_crashes();
    if (!action_.storage.empty()) look_at_storage();
    look_at_entry(all);
    return std::move(evidence_);
  }

 private:
  void begin(const char* what) { observer_.observe(Event("diagnosing").with("what", what)); }

  void look_at_filesystem() {
    if (!evidence_.in_use.empty()) return;
    // Each further read may be one too many: it is the image that is looked at more closely.
    evidence_.spared = !diagnosis::signs_of_failing_hardware(evidence_).empty();
    if (evidence_.spared) return;
    begin("mounts");
    evidence_.trials =
        diagnosis::try_mounts(action_.place, evidence_.broken,
                              [&](const std::string& mount_point, const system::ReadOnlyView& view) {
                                // Of a device that is missing nothing is said of the hardware that is here.
                                for (auto& counted : diagnosis::count_errors(processes_, mount_point)) {
                                  counted.device = view.with_real_names(counted.device);
                                  if (counted.device.starts_with("/"))
                                    evidence_.counters.push_back(std::move(counted));
                                }
                              });
    begin("trees");
    if (!evidence_.mounted()) evidence_.tools_open = diagnosis::tools_open(processes_, evidence_.broken);
    evidence_.log = diagnosis::look_at_log(processes_, evidence_.broken);
    read_last_written();
    if (!action_.check) return;
    begin("check");
    evidence_.check = diagnosis::check_filesystem(processes_, evidence_.broken);
  }

  void read_last_written() {
    RootTreeTimes times;
    std::vector<std::string> argv{"btrfs", "inspect-internal", "dump-tree", "--noscan", "-t", "root"};
    for (const auto& path : evidence_.broken.paths()) argv.push_back(path);
    const auto result =
        processes_.run({.argv = argv, .deadline = 1min}, [&](std::string_view piece) { times.read(piece); });
    if (result.status == 0) evidence_.written = times.newest();
  }

  void ask_disks() {
    std::set<std::string> disks;
    for (const auto& device : evidence_.devices)
      if (device.path == device.disk && device.volume.empty() && !is_loop(device.path))
        disks.insert(device.path);
    for (const auto& disk : disks) evidence_.health.push_back(diagnosis::ask_smart(processes_, disk));
  }

  // A loop device had another file before, of which the log tells as well: of one only that counts which was
  // said since this began.
  void hear_kernel() {
    std::set<std::string> names, loops;
    for (const auto& device : evidence_.devices)
      (is_loop(device.path) ? loops : names).insert(base(device.path));
    const auto log = system::read_kernel_log();
    if (!log) return;
    kernel_log_ = system::joined(*log, "\n") + "\n";
    evidence_.kernel = diagnosis::words_about(*log, names, false, "kernel");
    names.insert(loops.begin(), loops.end());
    add_kernel_words(kernel_.news(), names, true);
    // While one was mounted it called them by the view: there they stand with their own names.
    for (const auto& trial : evidence_.trials) add_kernel_words(trial.kernel, names, false);
  }

  void add_kernel_words(const std::vector<std::string>& lines, const std::set<std::string>& names,
                        bool nameless) {
    for (auto& word : diagnosis::words_about(lines, names, nameless, "kernel")) {
      const bool known = std::any_of(evidence_.kernel->begin(), evidence_.kernel->end(),
                                     [&](const auto& other) { return other.meaning == word.meaning; });
      if (!known) evidence_.kernel->push_back(std::move(word));
    }
  }

  void read_crashes() {
    auto parts = diagnosis::read_parts("/sys/fs/pstore");
    // systemd-pstore.service moves them there.
    for (const auto& [directory, header] : {std::pair("/var/lib/systemd/pstore", std::size_t{0}),
                                            std::pair("/sys/firmware/efi/efivars", std::size_t{4})})
      for (auto& part : diagnosis::read_parts(directory, header)) parts.push_back(std::move(part));
    evidence_.crashes = diagnosis::records_of(std::move(parts));
    for (const auto& crash : evidence_.crashes)
      for (auto& word : words_of_crash(crash)) evidence_.crash_words.push_back(std::move(word));
  }

  // By then the devices may have had other names: all that it says of any btrfs is told.
  static std::vector<diagnosis::KernelWord> words_of_crash(const diagnosis::CrashRecord& crash) {
    std::vector<diagnosis::KernelWord> words;
    std::size_t at = 0;
    while (at < crash.text.size()) {
      const auto end = std::min(crash.text.find('\n', at), crash.text.size());
      if (auto word = diagnosis::explained(std::string_view(crash.text).substr(at, end - at))) {
        word->from = "crash " + crash.name;
        const auto same = std::find_if(words.begin(), words.end(),
                                       [&](const auto& other) { return other.meaning == word->meaning; });
        if (same == words.end())
          words.push_back(std::move(*word));
        else
          ++same->times;
      }
      at = end + 1;
    }
    return words;
  }

  void look_at_storage() {
    try {
      evidence_.free_bytes = system::free_bytes(action_.storage);
    } catch (const Failed&) {
      evidence_.free_bytes = 0;
    }
    if (action_.newest.volumes.empty()) {
      evidence_.backup.problem = "the profile names no place for volumes";
      return;
    }
    const auto newest = bacula::find_newest_backup(action_.newest);
    evidence_.backup.problem = newest.problem.empty() ? "no volume tells of any" : newest.problem;
    if (newest.jobs.empty()) return;
    evidence_.backup.words = bacula::words_of(newest.jobs.back());
    evidence_.backup.time = system::seconds_of_local_time(newest.jobs.back().job.start);
  }

  void look_at_entry(const std::vector<BlockDevice>&) {
    if (!action_.entry) return;
    const auto& wanted = *action_.entry;
    auto& entry = evidence_.entry;
    const auto efi = system::read_efi();
    if (!efi.booted || (!efi.usable && efi.entries.empty())) {
      entry.words = efi.booted
                        ? "The boot entries of the firmware cannot be read: " + efi.problem
                        : "This system was not booted by UEFI: whether the machine's boot entry is there "
                          "cannot be seen from here";
      return;
    }
    entry.known = true;
    const auto name = "\"" + wanted.label + "\", " + wanted.loader;
    for (const auto& found : efi.entries) {
      if (!system::same_uuid(found.partition, wanted.partition) || !same_loader(found.loader, wanted.loader))
        continue;
      entry.present = entry.present || found.active;
      entry.words = entry.present ? "The boot entry " + name + " is there"
                                  : "The boot entry " + name + " is not active";
    }
    if (entry.words.empty()) entry.words = "The firmware has no boot entry " + name;
  }

 public:
  std::string kernel_log_;

 private:
  system::Processes& processes_;
  const Diagnose& action_;
  Observer& observer_;
  system::KernelListener kernel_;
  Evidence evidence_;
};

std::string text_of(const std::vector<std::string>& lines) {
  std::string text;
  for (const auto& line : lines) text += line + "\n";
  return text;
}

// As other programs show the same: for whoever looks at it later, and elsewhere.
diagnosis::Exhibits exhibits(system::Processes& processes, const Evidence& evidence,
                             const diagnosis::Recommendation& advice, const std::vector<std::string>& lines,
                             const std::string& kernel_log) {
  diagnosis::Exhibits kept{
      {"recommendation.txt", std::string(to_string(advice.advice)) + "\nplaybook: " + advice.playbook +
                                 "\n\n" + advice.text + ".\n\nBecause:\n" + text_of(advice.because)},
      {"evidence.txt", system::local_time(evidence.now) + "\n" + text_of(lines)},
      {"kernel.log", kernel_log}};
  for (std::size_t i = 0; i < evidence.crashes.size(); ++i)
    kept.emplace_back("crash-" + std::to_string(i + 1) + ".txt",
                      evidence.crashes[i].name + "\n" + text_of(evidence.crashes[i].files) +
                          evidence.crashes[i].problem + "\n\n" + evidence.crashes[i].text);
  const auto said = [&](const std::string& name, const std::vector<std::string>& argv) {
    const auto result = processes.run({.argv = argv, .deadline = 1min, .merge_errors = true});
    kept.emplace_back(name, "$ " + system::joined(argv, " ") + "\n" + result.out + result.err);
  };
  said("lsblk.txt", {"lsblk", "--output-all"});
  for (const auto& device : evidence.broken.devices)
    said("superblocks-" + base(device.path) + ".txt",
         {"btrfs", "inspect-internal", "dump-super", "--full", "--all", device.path});
  for (const auto& disk : evidence.health)
    if (disk.problem.empty()) said("smart-" + base(disk.disk) + ".txt", {"smartctl", "--xall", disk.disk});
  return kept;
}

}  // namespace

std::vector<std::string> diagnose_lines(const Diagnose& action) {
  std::vector<std::string> lines{"# see what is left of it; nothing of this writes to it:"};
  std::string devices;
  for (const auto& device : action.place.devices) devices += " " + system::shell_quoted(device);
  if (devices.empty()) return {"# no device of the filesystem is attached: there is nothing to diagnose"};
  const auto& first = system::shell_quoted(action.place.devices.front());
  lines.push_back("btrfs inspect-internal dump-super --all" + devices);
  lines.push_back("losetup --read-only /dev/loop100 " + first);
  lines.push_back("mount -o ro,rescue=nologreplay,subvolid=5 /dev/loop100 " + action.place.mount_point);
  lines.push_back("btrfs device stats " + action.place.mount_point);
  lines.push_back("umount " + action.place.mount_point);
  lines.emplace_back("losetup --detach /dev/loop100");
  if (action.check) lines.push_back("btrfs check --readonly --check-data-csum " + first);
  lines.push_back("dmesg; ls /sys/fs/pstore; smartctl -H -A DISK");
  return lines;
}

void diagnose(system::Processes& processes, const Diagnose& action, Observer& observer) {
  Diagnosis collector(processes, action, observer);
  const auto evidence = collector.collect();
  const auto advice = diagnosis::recommend(evidence);
  const auto lines = diagnosis::lines_of(evidence);
  std::string archive, problem;
  if (!action.keep.empty()) try {
      archive = diagnosis::keep(processes, action.keep, system::local_time_stamp(evidence.now),
                                exhibits(processes, evidence, advice, lines, collector.kernel_log_));
    } catch (const Failed& error) {
      // What was found counts, whether it can be kept or not.
      problem = error.problem();
    }
  else
    problem = "the storage volume is not there";
  observer.observe(Event("diagnosis")
                       .with("advice", std::string(to_string(advice.advice)))
                       .with("recommendation", advice.text)
                       .with("playbook", advice.playbook)
                       .with("because", advice.because)
                       .with("evidence", lines)
                       .with("archive", archive)
                       .with("not-archived", problem));
}

}  // namespace recover
