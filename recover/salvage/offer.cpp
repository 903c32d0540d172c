#include "recover/salvage/offer.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <map>
#include <utility>

#include "recover/error.hpp"
#include "recover/system/attributes.hpp"
#include "recover/system/signals.hpp"
#include "recover/system/text.hpp"
#include "recover/system/tree_entry.hpp"

namespace recover::salvage {
namespace {

using system::TreeEntry;

// What the manifest names must lie where a salvage puts it, and belong where a file of a machine can be: it
// lies on a disk that others could write to.
bool is_plain_path(std::string_view path, std::string_view begin) {
  if (!path.starts_with(begin) || path.size() == begin.size() || path.find('\0') != std::string_view::npos)
    return false;
  for (std::size_t at = begin.size(); at <= path.size();) {
    const auto end = std::min(path.find('/', at), path.size());
    const auto name = path.substr(at, end - at);
    if (name.empty() || name == "." || name == "..") return false;
    at = end + 1;
  }
  return true;
}

bool lies_at_or_below(const std::string& path, const std::string& directory) {
  return path == directory || (path.starts_with(directory) && path[directory.size()] == '/');
}

std::string link_target(const TreeEntry& entry) {
  std::string text(4096, '\0');
  const auto size = ::readlinkat(entry.file.get(), "", text.data(), text.size());
  text.resize(size > 0 ? static_cast<std::size_t>(size) : 0);
  return text;
}

Side side_of(const TreeEntry& entry) {
  return {entry.status, S_ISLNK(entry.status.st_mode) ? link_target(entry) : std::string()};
}

bool same_content(const TreeEntry& a, const TreeEntry& b) {
  const system::Descriptor one(::open(a.self().c_str(), O_RDONLY | O_NOATIME | O_CLOEXEC));
  const system::Descriptor other(::open(b.self().c_str(), O_RDONLY | O_NOATIME | O_CLOEXEC));
  if (!one || !other) return false;
  std::array<char, 1 << 16> left, right;
  for (off_t at = 0;;) {
    system::throw_if_interrupted();
    const auto got = ::pread(one.get(), left.data(), left.size(), at);
    if (got < 0) return false;
    ssize_t have = 0;
    while (have < got) {
      const auto more =
          ::pread(other.get(), right.data() + have, static_cast<std::size_t>(got - have), at + have);
      if (more <= 0) return false;
      have += more;
    }
    if (got == 0) return ::pread(other.get(), right.data(), 1, at) == 0;
    if (!std::equal(left.begin(), left.begin() + got, right.begin())) return false;
    at += got;
  }
}

// Bacula restores whole seconds, a copy of the salvage has all of the time: the same nanoseconds are no
// accident. What else has the metadata of the other is read.
bool same_inside(const TreeEntry& salvaged, const TreeEntry& living) {
  const auto& a = salvaged.status;
  const auto& b = living.status;
  if (system::read_attributes(salvaged.self()) != system::read_attributes(living.self())) return false;
  if (!S_ISREG(a.st_mode) || (a.st_mtim.tv_nsec == b.st_mtim.tv_nsec && a.st_mtim.tv_nsec != 0)) return true;
  return same_content(salvaged, living);
}

class Comparison {
 public:
  explicit Comparison(const OfferRequest& request)
      : request_(request), salvage_(request.directory), root_(request.root) {}

  void add(const ManifestEntry& entry) {
    if (entry.kind == "socket" || (entry.kind == "directory" && entry.path == "/")) return;
    if (entry.kind == "directory" && entry.path == "/.subvolumes") return;  // holds what follows
    if (entry.path.starts_with("/.subvolumes/"))
      return withhold(entry, "its subvolume is mounted nowhere on the machine");
    if (!is_plain_path(entry.path, "/")) return withhold(entry, "the manifest names a path that is none");
    if (entry.stored.empty()) {
      // Else there was nothing to be had: the backup has it, or a better one has its place.
      if (entry.provenance == Provenance::unreadable) offer_.lost.push_back({entry.path, entry.problem});
      return;
    }
    if (!is_plain_path(entry.stored, "tree/"))
      return withhold(entry, "the manifest names \"" + system::printable(entry.stored) +
                                 "\", which is no file of a salvage");
    for (const auto& other : request_.others)
      if (lies_at_or_below(entry.path, other))
        return withhold(entry, "another filesystem is mounted on " + system::printable(other));
    compare_with_tree(entry);
  }

  Offer take() { return std::move(offer_); }

 private:
  void withhold(const ManifestEntry& entry, std::string words) {
    offer_.withheld.push_back({entry.path, std::move(words)});
  }

  void compare_with_tree(const ManifestEntry& entry) {
    const auto salvaged = system::find_entry(salvage_, "/" + entry.stored);
    if (!salvaged.there())
      return withhold(entry, salvaged.behind_link ? "a link stands on the way to it in the salvage"
                                                  : "the salvage does not have it any more");
    const auto living = system::find_entry(root_, entry.path);
    if (!living.parent)
      if (const auto why = why_no_parent(entry.path, living.behind_link); !why.empty())
        return withhold(entry, why);
    auto change = compare(
        entry.provenance, side_of(salvaged), living.there() ? std::optional(side_of(living)) : std::nullopt,
        living.there() && system::same_state(salvaged.status, living.status) && same_inside(salvaged, living),
        request_.lives);
    if (!change) {
      offer_.same += S_ISDIR(salvaged.status.st_mode) ? 0 : 1;
      return;
    }
    // The best of that path has its name.
    if (!entry.further.empty() && (change == Change::added || change == Change::replaces))
      change = Change::untrusted;
    Proposal proposal;
    proposal.change = *change;
    proposal.provenance = entry.provenance;
    proposal.path = entry.path;
    proposal.stored = entry.stored;
    proposal.kind = S_ISDIR(salvaged.status.st_mode) ? "directory" : entry.kind;
    proposal.link = entry.link;
    proposal.size = salvaged.status.st_size;
    proposal.bytes = S_ISREG(salvaged.status.st_mode) ? salvaged.status.st_blocks * 512 : 0;
    proposal.mtime = salvaged.status.st_mtim.tv_sec;
    if (living.there()) proposal.instead = living.status.st_mtim.tv_sec;
    proposal.problem = entry.problem;
    if (proposal.is_directory() && *change == Change::other_kind)
      return withhold(entry, "it is a directory, and something else is there by its name");
    if (proposal.beside() && is_beside_already(salvaged, entry.path + std::string(proposal.suffix()))) {
      ++offer_.same;
      return;
    }
    offer_.proposals.push_back(std::move(proposal));
  }

  bool is_beside_already(const TreeEntry& salvaged, const std::string& path) {
    const auto there = system::find_entry(root_, path);
    return there.there() && system::same_state(salvaged.status, there.status) && same_inside(salvaged, there);
  }

  // Empty when it can be made.
  std::string why_no_parent(const std::string& path, bool behind_link) {
    if (behind_link) return "a symbolic link stands where it has a directory";
    for (auto slash = path.find('/', 1); slash != std::string::npos; slash = path.find('/', slash + 1)) {
      const auto above = path.substr(0, slash);
      auto known = directories_.find(above);
      if (known == directories_.end()) {
        const auto entry = system::find_entry(root_, above);
        known = directories_.emplace(above, !entry.there() || S_ISDIR(entry.status.st_mode)).first;
      }
      if (!known->second) return system::printable(above) + " is no directory in the tree";
    }
    return "";
  }

  const OfferRequest& request_;
  system::TreeRoot salvage_, root_;
  std::map<std::string, bool> directories_;  // path -> it is one, or nothing
  Offer offer_;
};

}  // namespace

std::string_view Proposal::suffix() const {
  if (provenance == Provenance::unreadable || change == Change::damaged) return ".salvaged-damaged";
  if (provenance == Provenance::unchecked) return ".salvaged-unchecked";
  if (provenance == Provenance::older_generation) return ".salvaged-older";
  return ".salvaged";
}

std::optional<Change> compare(Provenance provenance, const Side& salvaged, const std::optional<Side>& living,
                              bool same_inside, bool lives) {
  const auto& ours = salvaged.status;
  const bool directory = S_ISDIR(ours.st_mode);
  if (directory && living && S_ISDIR(living->status.st_mode)) {
    // Where others have lived nothing tells which is the newer state.
    const bool same = same_inside && system::same_state(ours, living->status);
    return same || lives || provenance != Provenance::clean ? std::nullopt : std::optional(Change::replaces);
  }
  if (living && directory != S_ISDIR(living->status.st_mode)) return Change::other_kind;
  if (provenance == Provenance::unreadable && !directory) return Change::damaged;
  if (!living) return Change::added;
  const auto& theirs = living->status;
  const bool link = S_ISLNK(ours.st_mode) && S_ISLNK(theirs.st_mode);
  if (link && salvaged.target == living->target && ours.st_uid == theirs.st_uid &&
      ours.st_gid == theirs.st_gid)
    return std::nullopt;
  if (!link && system::same_state(ours, theirs) && same_inside) return std::nullopt;
  const bool time_tells = lives || !S_ISLNK(theirs.st_mode);
  if (time_tells && theirs.st_mtim.tv_sec > ours.st_mtim.tv_sec) return Change::newer_there;
  if (provenance != Provenance::clean) return Change::untrusted;
  return Change::replaces;
}

Offer make_offer(const OfferRequest& request) {
  // Of several lines for one path and one `further` the last counts.
  std::map<std::pair<std::string, std::string>, ManifestEntry> entries;
  read_manifest(request.directory, [&](const ManifestEntry& entry) {
    entries[{entry.path, entry.further}] = entry;
  });
  Comparison comparison(request);
  for (const auto& [key, entry] : entries) {
    system::throw_if_interrupted();
    comparison.add(entry);
  }
  return comparison.take();
}

}  // namespace recover::salvage
