// The ladder for one filesystem: what must hold before anything is mounted, the descent, and what came of it.
#include <algorithm>
#include <chrono>
#include <map>

#include "recover/broken_btrfs.hpp"
#include "recover/error.hpp"
#include "recover/salvage/descent.hpp"
#include "recover/salvage/manifest.hpp"
#include "recover/salvage/of_filesystem.hpp"
#include "recover/salvage/ways.hpp"
#include "recover/salvage_actions.hpp"
#include "recover/system/devices.hpp"
#include "recover/system/files.hpp"
#include "recover/system/keyboard.hpp"
#include "recover/system/mount.hpp"
#include "recover/system/process.hpp"
#include "recover/system/text.hpp"

namespace recover {
namespace {

using namespace std::chrono_literals;

std::string who_uses(const BrokenBtrfs& broken, const std::vector<BlockDevice>& devices) {
  for (const auto& device : devices)
    for (const auto& part : broken.devices)
      if (part.path == device.path && !device.in_use.empty()) return device.path + " is " + device.in_use;
  return "";
}

// A run that was killed a moment ago may still have it: the kernel takes its mounts apart behind it.
BrokenBtrfs look(system::Processes& processes, const BrokenPlace& place) {
  for (int tries = 0;; ++tries) {
    const auto devices = system::read_devices(system::read_mounts());
    auto broken = find_broken(place, devices);
    const auto used = who_uses(broken, devices);
    if (used.empty()) return broken;
    if (tries == 20)
      throw Refused(
          "The filesystem to be salvaged is in use: " + used,
          "Unmount it first; as long as it is mounted, this cannot see to it that nothing is written");
    processes.pause(500ms);
  }
}

void require_no_clone(const BrokenBtrfs& broken) {
  if (broken.clones.empty()) return;
  throw Refused("Nothing is mounted, because the kernel would take one for the other: " +
                    system::joined(broken.clones, "; "),
                "Detach one of them (a copy, an image, an LVM snapshot) and start again");
}

std::string words_of(const salvage::ManifestEntry& entry) {
  auto text = system::printable(entry.path) + ": ";
  if (entry.stored.empty()) return text + (entry.problem.empty() ? "lost" : "lost, " + entry.problem);
  std::int64_t bytes = 0;
  for (const auto& range : entry.missing) bytes += range.length;
  text += "in part";
  if (bytes > 0)
    text += ", " + system::human_bytes(bytes) + " of " + system::human_bytes(entry.size) + " are missing";
  return text + (entry.problem.empty() ? "" : ", " + entry.problem);
}

// By path; the last line of a path counts.
std::map<std::string, std::string> damaged_in(const std::string& directory) {
  std::map<std::string, std::string> damaged;
  salvage::read_manifest(directory, [&](const salvage::ManifestEntry& entry) {
    if (!entry.further.empty()) return;
    if (entry.provenance == salvage::Provenance::unreadable) {
      damaged[entry.path] = words_of(entry);
    } else {
      damaged.erase(entry.path);
    }
  });
  return damaged;
}

void tell_outcome(const SalvageFiles& action, const salvage::Totals& totals, const salvage::Outcome& outcome,
                  bool everything, Observer& observer) {
  const auto unreached = static_cast<std::int64_t>(outcome.lost.size() + outcome.doubts.size());
  auto damaged = damaged_in(action.directory);
  for (const auto& words : outcome.doubts) damaged[words] = "btrfs restore said: " + words;
  for (const auto& path : outcome.lost) damaged[path] = system::printable(path) + ": lost, with all below it";
  observer.observe(Event("salvaged")
                       .with("directory", action.directory)
                       .with("files", totals.taken)
                       .with("bytes", totals.bytes)
                       .with("unchecked", totals.unchecked)
                       .with("older", totals.older)
                       .with("damaged", totals.damaged)
                       .with("lost", totals.lost + unreached)
                       .with("everything", Value(everything)));
  if (damaged.empty()) return;
  constexpr std::size_t most = 100;
  std::vector<std::string> files;
  for (const auto& [path, words] : damaged)
    if (files.size() < most) files.push_back(words);
  observer.observe(Event("salvage-damaged")
                       .with("files", std::move(files))
                       .with("all", static_cast<std::int64_t>(damaged.size())));
}

// What was salvaged already stays; nothing was destroyed. But with the filesystem what is on it goes.
void ask_to_go_on(system::Keyboard& keyboard, const salvage::Outcome& outcome) {
  const std::string phrase = nothing_can_be_salvaged;
  if (keyboard.has_said(phrase)) return;
  const auto answers = system::joined(outcome.answers, ". ");
  if (!keyboard.is_there())
    throw Refused(
        "Nothing, or not all, of the old filesystem can be read, and nobody has said that it may be given "
        "up. " +
            answers,
        "Let somebody look at the disk first. When nothing can be done: run recover on a terminal and type "
        "it, or give --confirm '" +
            phrase + "'");
  std::string prompt = "\nOF THE OLD FILESYSTEM NOTHING CAN BE READ, OR NOT ALL\n";
  for (const auto& answer : outcome.answers) prompt += "   " + answer + "\n";
  prompt += "What was written since the newest backup would be lost for good. To go on without\nit, type: " +
            phrase + "\n> ";
  for (int tries = 0; tries < 3; ++tries) {
    const auto typed = keyboard.ask(prompt);
    if (!typed) break;
    if (*typed == phrase) return;
    prompt = "That is not it. Type it again, or ^C to stop.\n> ";
  }
  throw Refused("It was not typed that nothing can be salvaged, so nothing is destroyed",
                "Start again when you are sure");
}

void ask_to_go_on_without(system::Keyboard& keyboard, const salvage::Outcome& outcome) {
  salvage::Outcome told;
  for (const auto& path : outcome.lost) told.answers.push_back(path + ": nothing of it, by no rung");
  told.answers.insert(told.answers.end(), outcome.answers.begin(), outcome.answers.end());
  ask_to_go_on(keyboard, told);
}

// Where there is room, or the program, it may turn out that all can be had.
void require_all_tried(const salvage::Outcome& outcome) {
  if (outcome.not_tried.empty()) return;
  throw Refused(
      "Not every way to read the old filesystem could be tried: " + system::joined(outcome.not_tried, "; "),
      "Mend what is in the way, and start again");
}

void give_up(const SalvageFiles& action, system::Keyboard& keyboard, const salvage::Outcome& outcome,
             Observer& observer) {
  observer.observe(Event("salvage-impossible").with("answers", outcome.answers));
  if (action.new_disks) return;
  require_all_tried(outcome);
  if (action.required) return ask_to_go_on(keyboard, outcome);
  throw Failed(
      "Nothing of the filesystem " + action.place.uuid + " can be read: no rung of the ladder works",
      "What each one answered stands above. When the disk itself fails, copy it with ddrescue to an image "
      "first, and salvage from that; else the filesystem must be made again: recover --playbook storage");
}

salvage::Outcome nothing_there(const BrokenBtrfs& broken) {
  salvage::Outcome outcome;
  outcome.answers = {"no device of the btrfs " + broken.uuid + " is attached"};
  outcome.answers.insert(outcome.answers.end(), broken.foreign.begin(), broken.foreign.end());
  return outcome;
}

}  // namespace

void salvage_files(system::Processes& processes, system::Keyboard& keyboard, const SalvageFiles& planned,
                   Observer& observer) {
  const auto broken = look(processes, planned.place);
  auto action = planned;
  action.place.uuid = broken.uuid;
  require_no_clone(broken);
  if (broken.devices.empty()) return give_up(action, keyboard, nothing_there(broken), observer);
  system::make_directories(action.directory, 0700);
  if (salvage::salvaged_from(action.directory, broken) == salvage::Salvaged::before_it_was_made)
    return observer.observe(Event("salvage-kept").with("directory", action.directory));
  const auto list = action.keep + "/backup.files";
  const bool everything = action.all || !system::exists(list);
  salvage::Collector collector({action.directory, everything ? "" : list, action.left_out}, observer);
  const auto free = [&] {
    return system::free_bytes(action.directory) - salvage::kept_free_of(action.directory);
  };
  const auto mounts = salvage::real_mounts(broken.paths());
  const auto readings = salvage::real_readings(
      processes, *mounts, {action.place, broken, action.directory, action.snapshots, free}, observer);
  salvage::Descent descent(*readings, collector, action.directory, observer);
  const auto outcome = descent.go(salvage::ladder(salvage::is_degraded(broken)));
  if (!outcome.opened) return give_up(action, keyboard, outcome, observer);
  tell_outcome(action, collector.totals(), outcome, everything, observer);
  if (!action.required || outcome.lost.empty()) return;
  require_all_tried(outcome);
  ask_to_go_on_without(keyboard, outcome);
}

}  // namespace recover
