#include "recover/salvage/wanted.hpp"

#include <algorithm>

#include "recover/bacula/lstat.hpp"
#include "recover/error.hpp"

namespace recover::salvage {
namespace {

using Answer = Wish::Answer;

bool same_owner_and_mode(const struct stat& found, const bacula::Lstat& listed) {
  // Of a link the mode means nothing.
  return (S_ISLNK(found.st_mode) || found.st_mode == listed.mode) && found.st_uid == listed.uid &&
         found.st_gid == listed.gid;
}

bool same_kind(const struct stat& found, const bacula::Lstat& listed) {
  return (found.st_mode & S_IFMT) == (listed.mode & S_IFMT);
}

bool same_content(const Found& found, const bacula::Lstat& listed) {
  const auto& status = found.status;
  if (S_ISCHR(status.st_mode) || S_ISBLK(status.st_mode)) return status.st_rdev == listed.rdev;
  if (S_ISREG(status.st_mode))
    return static_cast<std::uint64_t>(status.st_size) == listed.size && status.st_mtim.tv_sec == listed.mtime;
  // Of a directory other files tell; of a link btrfs restore does not keep the time.
  if (S_ISLNK(status.st_mode))
    return static_cast<std::uint64_t>(status.st_size) == listed.size &&
           (found.ctime_is_new || status.st_mtim.tv_sec == listed.mtime);
  return true;
}

bool is_not_newer(const Found& found, const bacula::Lstat& listed) {
  const auto& status = found.status;
  return found.ctime_is_new ? status.st_mtim.tv_sec <= listed.mtime : status.st_ctim.tv_sec <= listed.ctime;
}

}  // namespace

Wanted::Wanted(const std::string& list) {
  if (!list.empty()) index_ = std::make_unique<bacula::FileIndex>(list);
}

Wish Wanted::ask(const std::string& path, const Found& found) const {
  if (!index_) return {Answer::yes, "all", ""};
  bacula::ListedFile file;
  if (!index_->find(path, file)) return {Answer::yes, "new", ""};
  const Wish changed{Answer::yes, "changed", ""}, same{};
  bacula::Lstat listed;
  try {
    listed = bacula::parse_lstat(file.lstat);
  } catch (const Failed&) {
    return changed;  // nothing is known of the backup's version
  }
  if (found.older && is_not_newer(found, listed)) return same;
  if (!same_kind(found.status, listed) || !same_owner_and_mode(found.status, listed) ||
      !same_content(found, listed))
    return changed;
  const bool touched = !found.ctime_is_new && found.status.st_ctim.tv_sec != listed.ctime;
  // Its attributes may be what was changed.
  if (touched && found.has_attributes && found.has_attributes()) return changed;
  if (S_ISREG(found.status.st_mode) && (touched || found.ctime_is_new) && !file.digest.empty())
    return {Answer::if_digest_differs, "changed", file.digest};
  // A directory's ctime goes with each name in it.
  return touched && !S_ISDIR(found.status.st_mode) ? changed : same;
}

}  // namespace recover::salvage
