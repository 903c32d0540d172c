#include "recover/salvage/take.hpp"

#include <fcntl.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <linux/fs.h>
#include <algorithm>
#include <array>
#include <cerrno>
#include <climits>

#include "recover/error.hpp"
#include "recover/salvage/copy_data.hpp"
#include "recover/salvage/decide.hpp"
#include "recover/salvage/metadata.hpp"
#include "recover/system/answers.hpp"

namespace recover::salvage {
namespace {

constexpr std::int64_t longest_everywhere = 1 << 30;  // every filesystem takes such a file

constexpr std::int64_t worth_beginning = 1 << 18;

// Of such a file btrfs keeps no checksums: chattr(1), attribute C.
bool has_no_checksums(int file) {
  int flags = 0;
  return ::ioctl(file, FS_IOC_GETFLAGS, &flags) == 0 && (flags & FS_NOCOW_FL) != 0;
}

void write_at(const Place& place, int file, std::string_view bytes, off_t at) {
  while (!bytes.empty()) {
    const auto put = ::pwrite(file, bytes.data(), bytes.size(), at);
    if (put < 0 && errno == EINTR) continue;
    if (put < 0) place.fail("write to", Place::unfinished, errno);
    bytes.remove_prefix(static_cast<std::size_t>(put));
    at += put;
  }
}

bool all_is_missing(const DataCopy& copy) {
  return copy.read == 0 && !copy.missing.empty();
}

}  // namespace

void Taker::begin(const Source& source, const Walk& walk) {
  source_ = &source;
  walk_ = &walk;
  links_.clear();
  open_path_.clear();
  place_.clear_unfinished();
}

void Taker::finish() {
  open_path_.clear();
  for (const auto& path : touched_)
    if (const auto made = place_.open(path)) keep_times(made.get(), given_.at(path));
  touched_.clear();
}

const system::Descriptor& Taker::directory(const WalkedDirectory& walked) {
  if (open_path_ != walked.path || !open_) {
    open_ = make_directory(walked.path);
    open_path_ = walked.path;
  }
  return open_;
}

std::string Taker::not_kept(const std::string& path) const {
  const auto found = not_kept_.find(path);
  return found == not_kept_.end() ? "" : found->second;
}

// With those above it. What is above the source's root other sources know; it has the mode of any directory
// until they come to it.
system::Descriptor Taker::make_directory(const std::string& path) {
  auto made = place_.open(path);
  if (!made) {
    if (path != "/") make_directory(above(path));
    place_.spend(0);
    auto fresh = place_.make(path);
    if (fresh.other_kind) {
      move_aside(path);
      fresh = place_.make(path);
    }
    if (fresh.other_kind) place_.fail("make the directory", stored_of(path), ENOTDIR);
    made = std::move(fresh.file);
    if (fresh.is_new) ::fchmod(made.get(), 0755);
  }
  const auto& root = source_->path;
  const bool is_in = root == "/" || path == root || path.starts_with(root + "/");
  if (!is_in) return made;
  const auto inside = root == "/" ? path : path == root ? "/" : path.substr(root.size());
  const auto original = walk_->root().open_without_links(inside, O_PATH | O_DIRECTORY);
  struct stat status {};
  if (!original || ::fstat(original.get(), &status) != 0) return made;
  if (given_.emplace(path, status).second)
    if (auto problem = keep_metadata(original.get(), made.get(), status); !problem.empty())
      not_kept_[path] = std::move(problem);
  touched_.insert(path);
  return made;
}

void Taker::take(const WalkedThing& thing, ManifestEntry entry) {
  if (S_ISREG(thing.status.st_mode) && link(thing, entry)) return;
  const bool moved = source_->scratch && move(thing, entry);
  if (!moved && !make(thing, entry)) {
    if (entry.provenance != Provenance::unreadable) return;
    // Nothing at all. What is there of it is more.
    if (const auto* there = record_.find(entry.path); there == nullptr) record_.add(entry);
    return;
  }
  store(thing, entry, entry.data);
}

bool Taker::link(const WalkedThing& thing, ManifestEntry& entry) {
  if (thing.status.st_nlink < 2) return false;
  const auto first = links_.find(thing.status.st_ino);
  if (first == links_.end() || first->second.path == entry.path) return false;
  const auto& other = first->second;
  const auto file = place_.find(other.stored);
  if (!file) return false;
  place_.will_make_unfinished();
  if (::linkat(AT_FDCWD, ("/proc/self/fd/" + std::to_string(file.get())).c_str(), place_.directory(),
               Place::unfinished, AT_SYMLINK_FOLLOW) != 0) {
    // A filesystem without links, or too many of one: a file of its own, then.
    return false;
  }
  entry.link = other.path;
  entry.provenance = other.provenance;
  entry.problem = other.problem;
  entry.missing = other.missing;
  store(thing, entry, other.data);
  return true;
}

void Taker::remember(const WalkedThing& thing, const ManifestEntry& entry) {
  if (thing.status.st_nlink > 1 && S_ISREG(thing.status.st_mode)) links_.emplace(thing.status.st_ino, entry);
}

void Taker::remove_replaced() {
  for (const auto& stored : replaced_) place_.remove(stored);
  replaced_.clear();
}

// A scratch tree lies on the same filesystem, most often.
bool Taker::move(const WalkedThing& thing, ManifestEntry& entry) {
  place_.will_make_unfinished();
  if (::renameat(thing.directory.file, thing.name.c_str(), place_.directory(), Place::unfinished) != 0)
    return false;
  if (S_ISREG(thing.status.st_mode)) entry.data = occupied_bytes(thing.status);
  const bool has_no_time = S_ISREG(thing.status.st_mode) && source_->made_after != 0 &&
                           thing.status.st_mtim.tv_sec >= source_->made_after;
  if (has_no_time ||
      std::find(source_->partly.begin(), source_->partly.end(), thing.path) != source_->partly.end()) {
    entry.provenance = Provenance::unreadable;
    entry.problem = "btrfs restore could not read all of it, and does not say which part";
  }
  return true;
}

bool Taker::make(const WalkedThing& thing, ManifestEntry& entry) {
  const auto& status = thing.status;
  const auto lost = [&](const std::string& problem) {
    entry.provenance = Provenance::unreadable;
    entry.problem = problem;
    return false;
  };
  if (S_ISREG(status.st_mode)) return make_file(thing, entry);
  const system::Descriptor from(
      ::openat(thing.directory.file, thing.name.c_str(), O_PATH | O_NOFOLLOW | O_CLOEXEC));
  if (!from) return lost("it could not be opened: " + system::answer(errno));
  place_.spend(0);
  place_.will_make_unfinished();
  if (S_ISLNK(status.st_mode)) {
    std::array<char, PATH_MAX + 1> text{};
    const auto length = ::readlinkat(from.get(), "", text.data(), text.size() - 1);
    if (length < 0) return lost("the link could not be read: " + system::answer(errno));
    if (length == 0) return lost("the link leads to an empty name");
    if (::symlinkat(text.data(), place_.directory(), Place::unfinished) != 0) {
      if (errno == ENOSPC || errno == EDQUOT) place_.fail("make", Place::unfinished, errno);
      return lost("the link could not be made: " + system::answer(errno));
    }
  } else if (::mknodat(place_.directory(), Place::unfinished, status.st_mode & (S_IFMT | 0600),
                       status.st_rdev) != 0) {
    if (errno == ENOSPC || errno == EDQUOT) place_.fail("make", Place::unfinished, errno);
    return lost("it could not be made in the salvage: " + system::answer(errno));
  }
  note_not_kept(entry, keep_metadata(from.get(), place_.open_unfinished().get(), status));
  return true;
}

bool Taker::make_file(const WalkedThing& thing, ManifestEntry& entry) {
  const auto lost = [&](const std::string& problem) {
    entry.provenance = Provenance::unreadable;
    entry.problem = problem;
    return false;
  };
  const auto from = Walk::open_quietly(thing.directory.file, thing.name, O_RDONLY);
  if (!from) return lost("it could not be opened: " + system::answer(errno));
  const auto size = thing.status.st_size;
  place_.spend(occupied_bytes(thing.status));
  const auto to = place_.make_unfinished();
  const auto data = data_of(from.get(), size);
  const auto set_length = [&] {
    if (::ftruncate(to.get(), size) == 0) return true;
    if (errno != EFBIG && errno != EINVAL) place_.fail("write to", Place::unfinished, errno);
    return false;
  };
  // Before much is written for nothing; and where the last byte is none that is written.
  const bool ends_with_data = !data.empty() && data.back().offset + data.back().length == size;
  if ((!ends_with_data || size > longest_everywhere) && !set_length())
    return lost("it is longer than a file on the storage volume can be");
  const auto copy = read_data(read_of(from.get()), data, [&](std::string_view bytes, off_t at) {
    write_at(place_, to.get(), bytes, at);
  });
  // The disk may begin now, so that it is not all left to the manifest's next sync.
  if (copy.read >= worth_beginning) ::sync_file_range(to.get(), 0, 0, SYNC_FILE_RANGE_WRITE);
  entry.data = copy.read;
  if (!copy.missing.empty()) set_length();
  if (!copy.missing.empty()) {
    entry.missing = copy.missing;
    if (all_is_missing(copy)) return lost("nothing of it could be read: " + system::answer(copy.error));
    entry.provenance = Provenance::unreadable;
    entry.problem = "a part of it could not be read: " + system::answer(copy.error);
  } else if (entry.provenance == Provenance::clean && has_no_checksums(from.get())) {
    entry.provenance = Provenance::unchecked;
  }
  note_not_kept(entry, keep_metadata(from.get(), to.get(), thing.status));
  return true;
}

}  // namespace recover::salvage
