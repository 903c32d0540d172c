#include "recover/mend.hpp"

#include <filesystem>

#include "recover/error.hpp"
#include "recover/place_file.hpp"
#include "recover/system/attributes.hpp"
#include "recover/system/process.hpp"
#include "recover/system/text.hpp"

namespace recover {
namespace {

namespace fs = std::filesystem;
using system::TreeEntry;

Mended done(std::string words = "") {
  return {true, std::move(words)};
}
Mended left(std::string words) {
  return {false, std::move(words)};
}

bool same_type(const TreeEntry& a, const TreeEntry& b) {
  return (a.status.st_mode & S_IFMT) == (b.status.st_mode & S_IFMT);
}
bool same_owner_and_mode(const TreeEntry& a, const TreeEntry& b) {
  return a.status.st_uid == b.status.st_uid && a.status.st_gid == b.status.st_gid &&
         a.status.st_mode == b.status.st_mode;
}
// bextract, too, sets the time of the backup; whoever writes to a file later sets another.
bool same_time(const TreeEntry& a, const TreeEntry& b) {
  return a.status.st_mtim.tv_sec == b.status.st_mtim.tv_sec;
}

// As chmod takes it.
std::string octal(mode_t mode) {
  std::string digits;
  for (const int shift : {9, 6, 3, 0}) digits += static_cast<char>('0' + ((mode >> shift) & 7));
  return digits;
}

std::string unreachable(const TreeEntry& place) {
  return place.behind_link ? "a symbolic link stands in its way now" : "its directory is no longer there";
}

}  // namespace

Mender::Mender(system::Processes& processes, const std::string& restored, const std::string& machine,
               std::int64_t completed_at)
    : processes_(processes),
      restored_path_(restored),
      restored_(restored),
      machine_(machine),
      completed_at_(completed_at) {}

Mended Mender::mend(const std::string& lost, const std::string& path) try {
  if (lost == "ACL" || lost == "xattr") return mend_attributes(lost == "ACL", path);
  return mend_content(lost, path);
} catch (const Failed& error) {
  return left(error.problem());
}

Mended Mender::mend_attributes(bool acls, const std::string& path) {
  const auto restored = system::find_entry(restored_, path);
  const auto living = system::find_entry(machine_, path);
  if (living.behind_link) return left(unreachable(living));
  if (!living.there()) return done("it is no longer there, so there is nothing to mend");
  if (!restored.there()) return left("it did not come back from the backup");
  if (!same_type(restored, living)) return done("something else is there now, and stays as it is");
  auto all = done();
  for (const auto& [name, value] : system::read_attributes(restored.self())) {
    if (system::is_acl(name) != acls) continue;
    const auto one = mend_attribute(restored, living, name, value);
    all.repaired = all.repaired && one.repaired;
    if (!one.words.empty()) all.words += (all.words.empty() ? "" : "; ") + one.words;
  }
  return all;
}

Mended Mender::mend_attribute(const TreeEntry& restored, const TreeEntry& living, const std::string& name,
                              const std::string& value) {
  const auto there = system::read_attributes(living.self());
  const auto same = there.find(name);
  const auto named = system::printable(name);
  if (same != there.end())
    return done(same->second == value ? "" : named + " has got another value since, and keeps it");
  // An ACL sets the group's bits of the mode, so it may only go where the mode is still the one it was made
  // for.
  if (system::is_acl(name) && !same_owner_and_mode(restored, living))
    return left("its owner or mode was changed since; set the ACL by hand: setfacl");
  // Other content must not get the right to what the old one could be trusted with.
  if (name == "security.capability" &&
      (!same_time(restored, living) || restored.status.st_size != living.status.st_size))
    return left("its content was changed since; give it its capabilities by hand: setcap");
  system::set_attribute(living.self(), name, value);
  return done();
}

// Of a directory the time tells nothing: it is another one with each name that comes or goes. Its inode
// change time tells of all that was done to it, and nobody can set it back; so one that is later than the
// recovery may only mean a new name in it, but the owner and the mode may be somebody's choice as well.
Mended Mender::mend_directory(const TreeEntry& restored, const TreeEntry& living, const std::string& path) {
  if (living.status.st_ctim.tv_sec <= completed_at_) {
    take_state(restored, living);
    return done("its owner and mode are those of the backup again");
  }
  if (!same_owner_and_mode(restored, living))
    return left(
        (completed_at_ == 0 ? "nothing tells whether it was changed since" : "it was changed since") +
        std::string("; should its owner and mode still be those of the backup, set them by hand: chown ") +
        std::to_string(restored.status.st_uid) + ":" + std::to_string(restored.status.st_gid) + ", chmod " +
        octal(restored.status.st_mode));
  auto acls = mend_attributes(/*acls=*/true, path);
  const auto xattrs = mend_attributes(/*acls=*/false, path);
  acls.repaired = acls.repaired && xattrs.repaired;
  if (!xattrs.words.empty()) acls.words += (acls.words.empty() ? "" : "; ") + xattrs.words;
  return acls;
}

Mended Mender::mend_content(const std::string& lost, const std::string& path) {
  if (whole_.contains(path)) return done();
  const auto restored = system::find_entry(restored_, path);
  if (!restored.there()) return left("it did not come back from the backup");
  const auto living = system::find_entry(machine_, path);
  if (!living.parent) return left(unreachable(living));
  Mended mended;
  if (!living.there()) {
    // One that was damaged, and is gone now, has been removed since.
    mended = lost == "file" ? bring_back(restored, living, path)
                            : put_beside(restored, living, path, "it was removed since");
  } else if (!same_type(restored, living)) {
    mended = S_ISDIR(restored.status.st_mode) || S_ISDIR(living.status.st_mode)
                 ? left("something of another sort is there now")
                 : put_beside(restored, living, path, "something of another sort is there now");
  } else if (S_ISDIR(restored.status.st_mode)) {
    mended = mend_directory(restored, living, path);
  } else if (same_time(restored, living)) {
    mended = replace(restored, living);
  } else {
    mended = put_beside(restored, living, path, "it was changed since");
  }
  if (mended.repaired) whole_.insert(path);
  return mended;
}

Mended Mender::bring_back(const TreeEntry& restored, const TreeEntry& place, const std::string& path) {
  for (const auto& name : other_names(restored.status)) {
    if (name == path) continue;
    const auto other = system::find_entry(machine_, name);
    if (other.there() && system::same_state(other.status, restored.status) && link_file(other, place))
      return done("brought back");
  }
  place_file(processes_, restored, place, /*replace=*/false);
  return done("brought back");
}

Mended Mender::replace(const TreeEntry& restored, const TreeEntry& living) {
  if (S_ISREG(living.status.st_mode) && living.status.st_nlink > 1) {
    overwrite_file(processes_, restored, living);
  } else {
    place_file(processes_, restored, living, /*replace=*/true);
  }
  return done("brought back");
}

Mended Mender::put_beside(const TreeEntry& restored, const TreeEntry& living, const std::string& path,
                          const std::string& why) {
  const auto name = living.name + ".recovered";
  const auto said = why + "; the one of the backup is beside it: " + system::printable(path) + ".recovered";
  auto beside = system::find_entry(machine_, path.substr(0, path.rfind('/') + 1) + name);
  // From a run that was interrupted.
  if (beside.there() && system::same_state(beside.status, restored.status)) return done(said);
  place_file(processes_, restored, beside, /*replace=*/false);
  return done(said);
}

std::vector<std::string> Mender::other_names(const struct stat& restored) {
  if (!S_ISREG(restored.st_mode) || restored.st_nlink < 2) return {};
  if (!names_) {
    names_.emplace();
    for (const auto& entry : fs::recursive_directory_iterator(restored_path_)) {
      struct stat status {};
      if (::lstat(entry.path().c_str(), &status) == 0 && S_ISREG(status.st_mode) && status.st_nlink > 1)
        (*names_)[status.st_ino].push_back(entry.path().string().substr(restored_path_.size()));
    }
  }
  return (*names_)[restored.st_ino];
}

}  // namespace recover
