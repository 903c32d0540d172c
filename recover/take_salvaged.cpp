// Offers what was salvaged to the restored tree, and puts there what the operator takes.
#include <sys/stat.h>

#include <algorithm>
#include <set>
#include <utility>

#include "recover/bacula/choose.hpp"
#include "recover/error.hpp"
#include "recover/journal.hpp"
#include "recover/journal_state.hpp"
#include "recover/mount_points.hpp"
#include "recover/place_salvaged.hpp"
#include "recover/repair_list.hpp"
#include "recover/salvage/choice.hpp"
#include "recover/salvage/offer_text.hpp"
#include "recover/salvage/place.hpp"
#include "recover/salvage_actions.hpp"
#include "recover/system/files.hpp"
#include "recover/system/keyboard.hpp"
#include "recover/system/machine.hpp"
#include "recover/system/mount.hpp"
#include "recover/system/signals.hpp"
#include "recover/system/text.hpp"
#include "recover/taken_list.hpp"

namespace recover {
namespace {

using salvage::Choice;
using salvage::Chosen;
using salvage::Offer;

constexpr std::size_t most_names = 1000;      // in one event
constexpr std::int64_t to_spare = 256 << 20;  // bytes: metadata, and what the machine writes when it boots

// On the machine itself others have written to the tree, and it has a recovery of its own on record.
bool lives(const TakeSalvaged& action) {
  return action.root == "/";
}

// A btrfs that is not its own root can only be a subvolume, which the salvage knows; anything else is another
// filesystem, and nothing salvaged belongs there.
std::vector<std::string> other_filesystems(const std::string& root) {
  std::vector<std::string> points;
  for (const auto& entry : read_fstab(root))
    if (entry.type != "btrfs" && entry.mount_point.starts_with('/') && entry.mount_point != "/")
      points.push_back(entry.mount_point);
  return points;
}

std::string time_of(const std::string& file) {
  struct stat status {};
  return ::stat(file.c_str(), &status) == 0 ? system::local_time(status.st_mtim.tv_sec) : "";
}

// A salvage that lies there since an earlier disaster: the backup that was restored has all of it, or what
// came of it. The Director tells its times in a zone that nobody knows here: 14 hours are the most between
// any two.
std::string newer_backup(const std::string& keep, const std::string& manifest) {
  struct stat status {};
  if (!system::exists(keep + "/backup.toml") || ::stat(manifest.c_str(), &status) != 0) return "";
  constexpr std::int64_t between_zones = std::int64_t{14} * 3600;
  std::string newest;
  for (const auto& job : bacula::read_backup(keep).jobs) newest = std::max(newest, job.start);
  const auto started = system::seconds_of_local_time(newest);
  return started > status.st_mtim.tv_sec + between_zones ? newest : "";
}

std::vector<std::string> first_of(const std::vector<std::string>& all) {
  return {all.begin(), all.begin() + static_cast<std::ptrdiff_t>(std::min(all.size(), most_names))};
}

std::int64_t bytes_of(const std::vector<Chosen>& chosen) {
  std::int64_t bytes = 0;
  for (const auto& one : chosen) bytes += one.proposal->bytes;
  return bytes;
}

// Where the list of all is left: in words, a line each.
std::string leave_list(const std::string& keep, const Offer& offer) {
  const auto path = keep + "/salvage-offer";
  system::write_file_by(path, 0600, [&](const system::Write& write) {
    for (const auto& line : all_lines(offer)) write(line + "\n");
  });
  return path;
}

struct Taken {
  std::vector<std::string> files;    // as they are named there now, printable
  std::vector<std::string> damaged;  // of those
  std::vector<std::string> left;     // "PATH: words", printable
  std::vector<std::string> whole;    // in the place where they belong, printable
  std::int64_t bytes = 0;
};

void require_room(const std::vector<Chosen>& chosen, const std::string& root) {
  const auto bytes = bytes_of(chosen), free = system::free_bytes(root);
  if (bytes + std::min(to_spare, bytes) <= free) return;
  throw Failed("What is to be taken has " + system::human_bytes(bytes) + ", and only " +
                   system::human_bytes(free) + " are free in the restored tree",
               "Take less of it: on a terminal, answer \"each\"; or answer \"later\", and make room on the "
               "machine first");
}

// The list comes first: who compares the tree meanwhile takes either file for right.
TakenFiles to_be_taken(const std::vector<Chosen>& chosen, const std::string& directory) {
  TakenFiles taken;
  const system::TreeRoot salvaged(directory);
  for (const auto& one : chosen) {
    if (one.beside || one.proposal->is_directory()) continue;
    const auto entry = system::find_entry(salvaged, "/" + one.proposal->stored);
    if (entry.there()) taken[one.proposal->path] = to_lstat(entry.status);
  }
  return taken;
}

Taken take(const TakeSalvaged& action, const std::vector<Chosen>& chosen, Observer& observer) {
  PlaceSalvaged place(action.directory, action.root);
  std::set<std::string> seen;
  for (const auto& [path, lstat] : read_taken(action.keep))
    if (seen.insert(path.substr(0, path.rfind('/'))).second) place.clean_up_around(path);
  add_taken(action.keep, to_be_taken(chosen, action.directory));
  Taken taken;
  const auto total = bytes_of(chosen);
  for (const auto& one : chosen) {
    system::throw_if_interrupted();
    const auto& proposal = *one.proposal;
    const auto shown = system::printable(proposal.path);
    observer.observe(Event("progress")
                         .with("files", static_cast<std::int64_t>(taken.files.size()))
                         .with("bytes", taken.bytes)
                         .with("total-files", static_cast<std::int64_t>(chosen.size()))
                         .with("total-bytes", total)
                         .with("current", shown));
    try {
      const auto path = system::printable(place.put(proposal, one.beside));
      if (proposal.is_directory()) continue;
      taken.files.push_back(path);
      taken.bytes += proposal.bytes;
      if (proposal.change == salvage::Change::damaged) taken.damaged.push_back(path);
      if (!one.beside && proposal.provenance == salvage::Provenance::clean) taken.whole.push_back(shown);
    } catch (const Failed& error) {
      // One that cannot be put there keeps no other from its place; a full disk would keep all.
      if (system::free_bytes(action.root) < (1 << 20)) throw;
      taken.left.push_back(shown + ": " + error.problem());
    }
  }
  place.finish();
  return taken;
}

// What came whole out of the salvage is no longer what the fallback lost of it.
void tell_repaired(const Losses& losses, const Taken& taken, Observer& observer) {
  const std::set<std::string> whole(taken.whole.begin(), taken.whole.end());
  for (const auto& [lost, files] : losses.lost) {
    std::vector<std::string> paths;
    for (const auto& [path, words] : files)
      if (whole.contains(path)) paths.push_back(path);
    if (paths.empty()) continue;
    std::vector<std::string> words;
    for (const auto& path : paths) words.push_back(path + ": the salvaged one has taken its place");
    const auto event = Event("repaired").with("lost", lost).with("files", words).with("paths", paths);
    record(losses, event);
    observer.observe(event);
  }
}

// Of the recovery that the tree came from. On the machine itself its journals are told as well: they know
// then that nothing waits any more.
Losses losses_of(const TakeSalvaged& action) {
  if (lives(action)) return find_losses(salvage::above(action.directory));
  Losses losses;
  losses.lost = state_of(read_journal(journal_path(action.keep)).events).degraded;
  return losses;
}

Event outcome(const char* choice, const std::vector<std::string>& files, const std::string& list) {
  return Event("salvage-taken")
      .with("choice", choice)
      .with("count", static_cast<std::int64_t>(files.size()))
      .with("files", first_of(files))
      .with("list", list);
}

std::vector<std::string> names_of(const Offer& offer) {
  std::vector<std::string> names;
  for (const auto& proposal : offer.proposals)
    if (!proposal.is_directory()) names.push_back(system::printable(proposal.path));
  return names;
}

// Answered as before while there is no room for what was chosen.
Choice choose(system::Keyboard& keyboard, const Offer& offer, const salvage::OfferPlace& place,
              const std::string& root, Observer& observer) {
  if (keyboard.has_said(take_the_salvaged)) {
    auto all = salvage::take_all(offer);
    require_room(all.chosen, root);
    return all;
  }
  if (!keyboard.is_there())
    return {.answer = salvage::Answer::later, .why = "there is no terminal to ask on"};
  for (;;) {
    auto choice = salvage::ask_choice(keyboard, offer, place);
    try {
      require_room(choice.chosen, root);
      return choice;
    } catch (const Failed& error) {
      observer.observe(Event("salvage-no-room").with("why", error.problem()));
    }
  }
}

}  // namespace

std::vector<std::string> take_salvaged_lines(const TakeSalvaged& action) {
  const auto tree = system::shell_quoted(action.directory + "/tree/");
  const auto to = system::shell_quoted(action.root == "/" ? "/" : action.root + "/");
  return {"# what was salvaged, and how far each file of it can be trusted: " + action.directory +
              "/manifest.jsonl",
          "rsync -aHAXSn --itemize-changes " + tree + " " + to + "   # what would change",
          "# those that you want, never over one that is newer and good:",
          "rsync -aHAXS --update --exclude='*.damaged' --exclude='*.older' " + tree + " " + to};
}

void take_salvaged(system::Keyboard& keyboard, const TakeSalvaged& action, Observer& observer) {
  const auto manifest = action.directory + "/manifest.jsonl";
  if (!system::exists(manifest))
    return observer.observe(Event("nothing-to-take").with("why", "nothing was salvaged"));
  if (const auto backup = newer_backup(action.keep, manifest); !backup.empty())
    return observer.observe(Event("nothing-to-take")
                                .with("why", "what lies in " + action.directory + " was salvaged " +
                                                 time_of(manifest) + ", before the backup of " + backup));
  const auto losses = losses_of(action);
  const auto tell = [&](const Event& event) {
    record(losses, event);
    observer.observe(event);
  };
  Offer offer;
  try {
    offer =
        salvage::make_offer({action.directory, action.root, other_filesystems(action.root), lives(action)});
  } catch (const Failed& error) {
    // The tree is restored, and what was salvaged stays: that is no reason to stop here.
    return tell(outcome("postponed", {}, "").with("why", error.problem()));
  }
  system::make_directories(action.keep, 0700);
  const auto list = leave_list(action.keep, offer);
  if (offer.proposals.empty()) return tell(outcome("nothing", {}, list).with("same", offer.same));
  const auto offered = names_of(offer);
  const salvage::OfferPlace place{action.directory, time_of(manifest), system::free_bytes(action.root)};
  const auto choice = choose(keyboard, offer, place, action.root, observer);
  if (choice.answer == salvage::Answer::later)
    return tell(outcome("postponed", offered, list).with("why", choice.why));
  if (choice.answer == salvage::Answer::no) return tell(outcome("refused", offered, list));
  auto taken = take(action, choice.chosen, observer);
  tell_repaired(losses, taken, observer);
  for (const auto* proposal : choice.left) taken.left.push_back(salvage::line_of(*proposal));
  for (const auto& withheld : offer.withheld)
    taken.left.push_back(system::printable(withheld.path) + ": " + withheld.words);
  tell(outcome("accepted", taken.files, list)
           .with("bytes", taken.bytes)
           .with("damaged", first_of(taken.damaged))
           .with("left", first_of(taken.left))
           .with("left-count", static_cast<std::int64_t>(taken.left.size()))
           .with("same", offer.same));
}

}  // namespace recover
