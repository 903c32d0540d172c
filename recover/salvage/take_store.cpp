// Of Taker: which name of the tree what was taken gets, and whether it is better than what is there.
#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <climits>
#include <cstdio>
#include <functional>

#include "recover/salvage/take.hpp"

namespace recover::salvage {
namespace {

std::string cut_short(const std::string& name, std::size_t length) {
  if (name.size() <= length) return name;
  std::array<char, 32> hash{};
  std::snprintf(hash.data(), hash.size(), "~%016zx", std::hash<std::string>{}(name));
  return name.substr(0, length - 17) + hash.data();
}

std::uint64_t missing_of(const ManifestEntry& entry) {
  // What is not known is not less.
  if (entry.provenance == Provenance::unreadable && entry.missing.empty()) return all_of_it;
  std::uint64_t missing = 0;
  for (const auto& range : entry.missing) missing += static_cast<std::uint64_t>(range.length);
  return missing;
}

// Of two damaged ones of the same path.
enum class Verdict { worse, better, more_of_it, cannot_tell };

Verdict compare(std::uint64_t missing, std::int64_t data, const Recorded& there) {
  const bool is_known = missing != all_of_it, was_known = there.missing != all_of_it;
  if (is_known != was_known) return is_known ? Verdict::more_of_it : Verdict::cannot_tell;
  if (!is_known) return data > there.data ? Verdict::better : Verdict::worse;
  if (missing < there.missing) return data < there.data ? Verdict::cannot_tell : Verdict::better;
  return data > there.data ? Verdict::cannot_tell : Verdict::worse;
}

}  // namespace

// A file or link of an earlier run, where a directory has to be.
void Taker::move_aside(const std::string& path) {
  const auto stored = stored_of(path);
  const auto* recorded = record_.find(path);
  const auto parent = place_.open(above(path));
  auto name = path.substr(path.rfind('/') + 1);
  const auto beside = cut_short(name, NAME_MAX - 10) + ".older";
  const auto directory = above(path) == "/" ? "/" : above(path) + "/";
  auto other = beside;
  while (record_.is_anothers("tree" + directory + other, path, "older")) other += "~";
  if (::renameat(parent.get(), name.c_str(), parent.get(), other.c_str()) != 0)
    place_.fail("move aside", stored, errno);
  if (recorded != nullptr && recorded->stored && record_.stored(path) == stored)
    keep_beside(path, Recorded(*recorded), "tree" + directory + other, "older", "a newer one has its name");
}

void Taker::keep_beside(const std::string& path, const Recorded& recorded, const std::string& stored,
                        const std::string& further, const std::string& why) {
  const auto file = place_.find(stored);
  struct stat status {};
  if (!file || ::fstat(file.get(), &status) != 0) return;
  const auto damage = record_.damage(path);
  ManifestEntry entry;
  entry.path = path;
  entry.further = further;
  entry.stored = stored;
  entry.kind = S_ISREG(status.st_mode)    ? "file"
               : S_ISLNK(status.st_mode)  ? "symlink"
               : S_ISFIFO(status.st_mode) ? "fifo"
                                          : "device";
  entry.why = "new";
  entry.provenance = recorded.provenance;
  entry.rung = record_.rung_of(recorded);
  entry.generation = recorded.generation;
  entry.size = recorded.size;
  entry.data = recorded.data;
  entry.mtime = recorded.mtime;
  entry.problem = why + (damage.problem.empty() ? "" : "; " + damage.problem);
  entry.missing = damage.missing;
  record_.add(entry);
}

void Taker::store(const WalkedThing& thing, ManifestEntry& entry, std::int64_t data) {
  const auto* found = record_.find(entry.path);
  const Recorded there = found == nullptr ? Recorded{} : *found;
  const auto stored = record_.stored(entry.path);
  const bool older = source_->rung.kind == RungKind::older;
  const bool was_damaged = there.quality == Quality::damaged;
  // Without checksums nothing shows that a file which is shorter than it was met before is all of it.
  const bool is_less =
      entry.size < there.size || (entry.link.empty() && there.missing != all_of_it && data < there.data);
  if (was_damaged && !older && entry.provenance == Provenance::unchecked && is_less) {
    entry.provenance = Provenance::unreadable;
    entry.missing.clear();
    entry.problem = "it has less than was read of it by " + record_.rung_of(there) +
                    ", and nothing says which part is missing";
  }
  if (entry.provenance == Provenance::unreadable) {
    if (!store_damaged(thing, entry, there, data)) return remember_there(thing, entry);
  } else if (older && was_damaged) {
    entry.further = "older";
    entry.problem = "of the newer version only a part could be read";
    put(thing.directory, ".older", entry);
    record_.add(entry);
  } else {
    if (was_damaged && entry.provenance == Provenance::unchecked && entry.problem.empty())
      entry.problem = "with checksums not all of it could be read (" + record_.rung_of(there) + ")";
    put(thing.directory, "", entry);
    record_.add(entry);
    if (was_damaged) drop_part(entry);
  }
  const bool is_kept = stored == record_.stored(entry.path) || stored == record_.stored(entry.path, "part");
  if (!stored.empty() && was_damaged && !is_kept) replaced_.push_back(stored);
  bytes_ += entry.data;
  remember(thing, entry);
}

// Its further names are links of what is there.
void Taker::remember_there(const WalkedThing& thing, ManifestEntry& entry) {
  const auto* there = record_.find(entry.path);
  if (there == nullptr || !record_.is_of(*there, *source_)) return;
  const auto damage = record_.damage(entry.path);
  entry.stored = record_.stored(entry.path);
  entry.provenance = there->provenance;
  entry.data = there->data;
  entry.missing = damage.missing;
  entry.problem = damage.problem;
  remember(thing, entry);
}

// False when what is there is better.
bool Taker::store_damaged(const WalkedThing& thing, ManifestEntry& entry, const Recorded& there,
                          std::int64_t data) {
  const bool older = source_->rung.kind == RungKind::older;
  const bool was_older = there.provenance == Provenance::older_generation;
  auto verdict = Verdict::better;
  if (there.quality == Quality::damaged)
    verdict = older ? Verdict::worse : compare(missing_of(entry), data, there);
  if (there.quality == Quality::whole && (older || !was_older)) verdict = Verdict::worse;
  if (verdict == Verdict::cannot_tell) {
    const auto* part = record_.find(entry.path, "part");
    if (part != nullptr && part->stored && compare(missing_of(entry), data, *part) != Verdict::better)
      verdict = Verdict::worse;
    entry.further = "part";
  }
  if (verdict == Verdict::worse) {
    place_.clear_unfinished();
    return false;
  }
  // First, so that the new one gets another name.
  const auto stored = record_.stored(entry.path);
  if (verdict == Verdict::more_of_it)
    keep_beside(entry.path, there, stored, "part",
                "it may have what the other lacks, and nothing says where");
  if (there.quality == Quality::whole)
    keep_beside(entry.path, there, stored, "older", "a newer one has its name");
  put(thing.directory, ".damaged", entry);
  record_.add(entry);
  return true;
}

// A whole one has come.
void Taker::drop_part(const ManifestEntry& whole) {
  const auto stored = record_.stored(whole.path, "part");
  if (stored.empty()) return;
  auto entry = whole;
  entry.further = "part";
  entry.stored.clear();
  entry.data = 0;
  entry.problem = "a whole one has been had";
  record_.add(entry);
  replaced_.push_back(stored);
}

void Taker::put(const WalkedDirectory& walked, const std::string& suffix, ManifestEntry& entry) {
  const auto& target = directory(walked);
  const auto prefix = walked.path == "/" ? std::string("tree/") : "tree" + walked.path + "/";
  auto name = entry.path.substr(entry.path.rfind('/') + 1);
  for (;; name = cut_short(name, NAME_MAX - suffix.size() - 1) + "~") {
    const auto whole = cut_short(name, NAME_MAX - suffix.size()) + suffix;
    if (record_.is_anothers(prefix + whole, entry.path, entry.further)) continue;
    if (!place_.finish(target.get(), whole)) continue;
    entry.stored = prefix + whole;
    return;
  }
}

}  // namespace recover::salvage
