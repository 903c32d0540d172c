#include "recover/freshen/machine_profile.hpp"

#include "recover/capture/before.hpp"
#include "recover/capture/drift.hpp"
#include "recover/capture/profile_text.hpp"
#include "recover/error.hpp"
#include "recover/system/files.hpp"
#include "recover/system/text.hpp"

namespace recover::freshen {
namespace {

using capture::Captured;

// What is no question to the machine: the operator's tables, as text.
std::string words_of(const Profile& profile) {
  Profile words;
  words.notes = profile.notes;
  words.verify = profile.verify;
  words.environment = profile.environment;
  return capture::profile_text(words, {}, "");
}

// The machine's own file is the operator's; that on the storage volume is what counts on the day.
void compare_own(const Profile& own, const std::string& file, const Captured& now, Piece& piece) {
  const auto remedy = ". To have both alike: recover capture --to-storage -o " +
                      system::shell_quoted(own.file) + ", which takes the words of the latter";
  if (const auto drifts = capture::find_drift(own, now); !drifts.empty())
    piece.notes.push_back(own.file + " is not as the machine is: " + system::joined(drifts, "; ") + remedy);
  if (words_of(own) != words_of(now.profile))
    piece.notes.push_back(own.file + " has other words in [notes], [verify] or [environment] than " + file +
                          remedy);
}

constexpr const char* on_purpose = "If it is so on purpose: recover capture --to-storage";

// A mount of the moment, or of a unit that has failed, is not what the machine must be again.
void compare_mounts(const Profile& before, const Captured& now, std::vector<Missing>& missing) {
  const auto mount_before = [&](const std::string& path) -> std::string {
    for (const auto& was : before.subvolumes)
      if (was.path == path) return was.mount;
    return "";
  };
  for (const auto& today : now.profile.subvolumes) {
    const auto was = mount_before(today.path), path = system::printable(today.path);
    if (today.mount.empty() && !was.empty())
      missing.push_back({"The subvolume " + path + " is not mounted at " + system::printable(was) +
                             " as the profile says, nor in fstab",
                         std::string("Mount it. ") + on_purpose});
    const auto* remark = now.remark("subvolume." + today.path + ".mount");
    if (remark != nullptr && remark->kind == capture::Remark::Kind::guess && today.mount != was)
      missing.push_back({"The subvolume " + path + " is mounted at " + system::printable(today.mount) +
                             ", and neither fstab nor the profile says so",
                         std::string("Unmount it, or write it into fstab. ") + on_purpose});
  }
}

// Which way the machine is less than it was, or passes for what it is not; empty: none. Of a btrfs that lost
// a device no new profile may say that it has one device fewer.
std::vector<Missing> unlike_itself(const Profile* before, const std::string& file, const Captured& now) {
  std::vector<std::string> unsaid;
  for (const auto& remark :
       before != nullptr ? capture::not_found(*before, now) : capture::not_found(now.profile, now))
    unsaid.push_back(remark.key + ": " + remark.text);
  std::vector<Missing> missing;
  if (!unsaid.empty())
    missing.push_back({file + " is not as the machine is, and the machine does not say all of it now: " +
                           system::joined(unsaid, "; "),
                       "Correct the machine, or write it into the file by hand; recover capture --check " +
                           system::shell_quoted(file) + " shows what is left"});
  if (before == nullptr) return missing;
  if (now.profile.filesystem.devices.size() < before->filesystem.devices.size())
    missing.push_back({"The root filesystem has fewer devices now than " + file +
                           " says: " + std::to_string(now.profile.filesystem.devices.size()) + " of " +
                           std::to_string(before->filesystem.devices.size()),
                       std::string("See whether a disk has failed: btrfs filesystem show /. ") + on_purpose});
  if (before->virtualisation && !now.profile.virtualisation)
    missing.push_back({"Virtualisation is switched off, and " + file + " says that the machine needs it",
                       std::string("Switch it on in the firmware's setup. ") + on_purpose});
  compare_mounts(*before, now, missing);
  return missing;
}

}  // namespace

ProfileWanted renew_profile(const capture::Sight& sight, const std::string& file, const Profile& own,
                            const std::string& moment) {
  ProfileWanted wanted;
  auto& piece = wanted.piece;
  piece.name = "profile";
  capture::Before before(sight);
  for (const auto& note : before.read(file)) piece.notes.push_back(note.substr(0, note.size() - 1));
  const bool loads = before.profile() != nullptr;
  if (!loads) (void)before.read(own.file);
  const auto now = before.conclude();
  if (own.file != file) compare_own(own, file, now, piece);
  const auto drifts =
      loads ? capture::find_drift(*before.profile(), now)
            : std::vector<std::string>{system::exists(file) ? "it did not load" : "there was none"};
  piece.current = file + " is as the machine is";
  if (drifts.empty()) return wanted;
  if (!system::same_uuid(now.profile.storage.uuid, own.storage.uuid)) {
    piece.missing.push_back(
        {"Bacula's Archive Device does not lie on the storage volume of the profile, and " + file +
             " is not as the machine is: " + system::joined(drifts, "; "),
         "Mount the volume where the Archive Device is; when it is another one now: recover "
         "capture --to-storage"});
    return wanted;
  }
  piece.missing = unlike_itself(before.profile(), file, now);
  if (!piece.missing.empty()) return wanted;
  const auto text = capture::profile_text(now.profile, now.remarks, moment);
  try {
    parse_profile(text, file);
  } catch (const UsageError& error) {
    piece.missing.push_back({"What the machine shows makes no profile that loads: " + error.problem(),
                             "Write the file by hand: recover capture shows it"});
    return wanted;
  }
  wanted.text = text;
  piece.done.push_back(file + " written anew" +
                       (system::exists(file) ? ", the old one kept as " + file + ".old" : "") + ": " +
                       system::joined(drifts, "; "));
  return wanted;
}

}  // namespace recover::freshen
