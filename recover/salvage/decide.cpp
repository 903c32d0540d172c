#include "recover/salvage/decide.hpp"

#include <fcntl.h>

#include <algorithm>

#include "recover/salvage/copy_data.hpp"
#include "recover/salvage/metadata.hpp"

namespace recover::salvage {
namespace {

int rank(Provenance provenance) {
  switch (provenance) {
    case Provenance::clean:
      return 3;
    case Provenance::unchecked:
      return 2;
    case Provenance::older_generation:
      return 1;
    case Provenance::unreadable:
      break;
  }
  return 0;
}

Found found_in(const Source& source, const struct stat& status) {
  Found found;
  found.status = status;
  found.ctime_is_new = source.scratch;
  found.older = source.rung.kind == RungKind::older;
  return found;
}

}  // namespace

std::string kind_of(const struct stat& status) {
  switch (status.st_mode & S_IFMT) {
    case S_IFDIR:
      return "directory";
    case S_IFLNK:
      return "symlink";
    case S_IFIFO:
      return "fifo";
    case S_IFSOCK:
      return "socket";
    case S_IFCHR:
    case S_IFBLK:
      return "device";
    default:
      return "file";
  }
}

std::int64_t occupied_bytes(const struct stat& status) {
  // What is small may lie in the inode, and occupies no block.
  constexpr std::int64_t one_block = 4096;
  return std::min(counted_bytes(status.st_size), std::max(counted_bytes(status.st_blocks) * 512, one_block));
}

Provenance trusted(const Source& source) {
  if (source.rung.kind == RungKind::older) return Provenance::older_generation;
  return source.rung.checksums ? Provenance::clean : Provenance::unchecked;
}

void note_not_kept(ManifestEntry& entry, const std::string& problem) {
  if (problem.empty()) return;
  entry.problem += (entry.problem.empty() ? "" : "; ") + problem;
  if (entry.provenance == Provenance::clean) entry.provenance = Provenance::unchecked;
}

bool may_be_better(const Record& record, const Recorded& there, const std::string& path, const Source& source,
                   const struct stat& status) {
  const bool same = there.size == status.st_size && there.mtime == status.st_mtim.tv_sec;
  // An interrupted run that goes on. What was damaged then may be whole now: a cable was loose.
  if (same && record.is_of(there, source) && there.quality != Quality::lost &&
      (there.quality != Quality::damaged || there.mine))
    return false;
  const bool older = source.rung.kind == RungKind::older;
  switch (there.quality) {
    case Quality::nothing_needed:
    case Quality::lost:
      return true;
    case Quality::damaged: {
      const auto* beside = older ? record.find(path, "older") : nullptr;
      return beside == nullptr || beside->quality != Quality::whole;
    }
    case Quality::whole:
      break;
  }
  const int have = rank(there.provenance), offered = rank(trusted(source));
  if (have != offered) return offered > have;
  return !same && source.generation > there.generation;
}

Wish ask(const Wanted& wanted, const WalkedThing& thing, const Source& source) {
  auto found = found_in(source, thing.status);
  found.has_attributes = [&] {
    const system::Descriptor file(
        ::openat(thing.directory.file, thing.name.c_str(), O_PATH | O_NOFOLLOW | O_CLOEXEC));
    return file && has_attributes(file.get());
  };
  return wanted.ask(thing.path, found);
}

Wish ask(const Wanted& wanted, const WalkedDirectory& directory, const Source& source) {
  auto found = found_in(source, directory.status);
  found.has_attributes = [&] {
    return has_attributes(directory.file);
  };
  return wanted.ask(directory.path, found);
}

bool has_other_content(const WalkedThing& thing, const Wish& wish) {
  const auto file = Walk::open_quietly(thing.directory.file, thing.name, O_RDONLY);
  return !file || digest_of(file.get(), thing.status.st_size, wish.digest) != wish.digest;
}

}  // namespace recover::salvage
