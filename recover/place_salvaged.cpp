#include "recover/place_salvaged.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>

#include "recover/error.hpp"
#include "recover/place_file.hpp"
#include "recover/salvage/place.hpp"
#include "recover/system/answers.hpp"
#include "recover/system/attributes.hpp"
#include "recover/system/mount.hpp"
#include "recover/system/signals.hpp"
#include "recover/system/text.hpp"

namespace recover {
namespace {

using system::TreeEntry;

[[noreturn]] void fail(const std::string& tried, const std::string& path) {
  const int error = errno;
  throw Failed("Could not " + tried + " " + system::printable(path) + ": " + system::answer(error),
               system::remedy_for(error, path));
}

TreeEntry again(const TreeEntry& entry) {
  return system::find_entry(system::Descriptor(::fcntl(entry.parent.get(), F_DUPFD_CLOEXEC, 0)), entry.name);
}

void copy_range(const system::Descriptor& from, const system::Descriptor& to, off_t begin, off_t end,
                const std::string& name) {
  std::array<char, 1 << 17> piece;
  for (off_t at = begin; at < end;) {
    system::throw_if_interrupted();
    const auto wanted = std::min<off_t>(end - at, static_cast<off_t>(piece.size()));
    const auto got = ::pread(from.get(), piece.data(), static_cast<std::size_t>(wanted), at);
    if (got < 0) fail("read from the salvage", name);
    if (got == 0) return;  // it was cut meanwhile: the copy is compared
    for (ssize_t written = 0; written < got;) {
      const auto put =
          ::pwrite(to.get(), piece.data() + written, static_cast<std::size_t>(got - written), at + written);
      if (put < 0) fail("write", name);
      written += put;
    }
    at += got;
  }
}

// Holes stay holes: lseek(2), SEEK_DATA.
void copy_data(const system::Descriptor& from, const system::Descriptor& to, off_t size,
               const std::string& name) {
  if (::ftruncate(to.get(), size) != 0) fail("write", name);
  for (off_t at = 0; at < size;) {
    const auto begin = ::lseek(from.get(), at, SEEK_DATA);
    if (begin < 0 && errno == ENXIO) return;  // nothing but a hole behind it
    if (begin < 0) return copy_range(from, to, at, size, name);
    const auto hole = ::lseek(from.get(), begin, SEEK_HOLE);
    at = hole < 0 ? size : hole;
    copy_range(from, to, begin, at, name);
  }
}

// Also that it has no ACL any more.
void take_all_state(const TreeEntry& from, const TreeEntry& to) {
  const auto wanted = system::read_attributes(from.self());
  for (const auto& [name, value] : system::read_attributes(to.self()))
    if (!wanted.contains(name)) system::remove_attribute(to.self(), name);
  take_state(from, to);
}

void copy_file(const TreeEntry& from, const TreeEntry& to, bool durable) {
  const system::Descriptor source(::open(from.self().c_str(), O_RDONLY | O_CLOEXEC));
  if (!source) fail("read from the salvage", from.name);
  const system::Descriptor made(
      ::openat(to.parent.get(), to.name.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600));
  if (!made) fail("make the file", from.name);
  copy_data(source, made, from.status.st_size, from.name);
  take_state(from, again(to));
  // It takes another one's place: never may both be gone.
  if (durable && ::fsync(made.get()) != 0) fail("write to the disk", from.name);
}

void copy_link(const TreeEntry& from, const TreeEntry& to) {
  std::string target(4096, '\0');
  const auto size = ::readlinkat(from.file.get(), "", target.data(), target.size());
  if (size < 0) fail("read the link", from.name);
  target.resize(static_cast<std::size_t>(size));
  if (::symlinkat(target.c_str(), to.parent.get(), to.name.c_str()) != 0) fail("make the link", from.name);
  if (::fchownat(to.parent.get(), to.name.c_str(), from.status.st_uid, from.status.st_gid,
                 AT_SYMLINK_NOFOLLOW) != 0)
    fail("give it to its owner:", from.name);
  const auto made = again(to);
  for (const auto& [name, value] : system::read_attributes(from.self()))
    system::set_attribute(made.self(), name, value);
  const std::array<timespec, 2> times{from.status.st_atim, from.status.st_mtim};
  if (::utimensat(to.parent.get(), to.name.c_str(), times.data(), AT_SYMLINK_NOFOLLOW) != 0)
    fail("set the time of", from.name);
}

void copy_node(const TreeEntry& from, const TreeEntry& to) {
  if (::mknodat(to.parent.get(), to.name.c_str(), (from.status.st_mode & S_IFMT) | 0600,
                from.status.st_rdev) != 0)
    fail("make", from.name);
  take_state(from, again(to));
}

}  // namespace

PlaceSalvaged::PlaceSalvaged(const std::string& salvage, const std::string& root)
    : root_path_(root), salvage_(salvage), root_(root) {
  parents_.insert("/");
}

void PlaceSalvaged::copy(const TreeEntry& from, const TreeEntry& to, const std::string& link, bool durable) {
  // A further name of a file that has been taken, or was there.
  if (!link.empty()) {
    const auto placed = placed_.find(link);
    const auto first = system::find_entry(root_, placed == placed_.end() ? link : placed->second);
    if (first.there() && system::same_state(first.status, from.status) &&
        system::read_attributes(first.self()) == system::read_attributes(from.self()) &&
        ::linkat(AT_FDCWD, first.self().c_str(), to.parent.get(), to.name.c_str(), AT_SYMLINK_FOLLOW) == 0)
      return;
  }
  if (S_ISREG(from.status.st_mode)) return copy_file(from, to, durable);
  if (S_ISLNK(from.status.st_mode)) return copy_link(from, to);
  copy_node(from, to);
}

void PlaceSalvaged::make_parents(const std::string& path) {
  const auto parent = salvage::above(path);
  if (parents_.contains(parent)) return;
  make_parents(parent);
  const auto there = system::find_entry(root_, parent);
  if (!there.there()) {
    if (!there.parent)
      throw Failed("The directory above " + system::printable(parent) + " is not there",
                   "Look at the tree: something may have changed it meanwhile");
    const auto as = system::find_entry(salvage_, "/tree" + parent);
    if (as.there() && S_ISDIR(as.status.st_mode)) {
      place_file(CopyEntry(), as, there, /*replace=*/false);
    } else if (::mkdirat(there.parent.get(), there.name.c_str(), 0755) != 0) {
      fail("make the directory", parent);
    }
  } else if (!S_ISDIR(there.status.st_mode)) {
    throw Failed(system::printable(parent) + " is no directory in the tree",
                 "Put it aside, and take the rest then");
  }
  parents_.insert(parent);
}

std::string PlaceSalvaged::free_name(const TreeEntry& salvaged, const std::string& path) const {
  for (int number = 1;; ++number) {
    const auto name = number == 1 ? path : path + "." + std::to_string(number);
    const auto there = system::find_entry(root_, name);
    if (!there.there() || system::same_state(there.status, salvaged.status)) return name;
  }
}

std::string PlaceSalvaged::put(const salvage::Proposal& proposal, bool beside) {
  const auto salvaged = system::find_entry(salvage_, "/" + proposal.stored);
  if (!salvaged.there())
    throw Failed("The salvage does not have " + system::printable(proposal.stored) + " any more",
                 "Look at the salvage directory");
  make_parents(proposal.path);
  const auto path =
      beside ? free_name(salvaged, proposal.path + std::string(proposal.suffix())) : proposal.path;
  const auto there = system::find_entry(root_, path);
  if (there.there() && beside) return path;  // from a run that was interrupted
  const bool directory = S_ISDIR(salvaged.status.st_mode);
  if (there.there() && (directory || S_ISDIR(there.status.st_mode))) {
    if (directory && S_ISDIR(there.status.st_mode)) {
      // Else what is in it came first.
      if (proposal.change == salvage::Change::replaces) take_all_state(salvaged, there);
      return path;
    }
    throw Failed("Something of another kind is there now", "Look at it, and take the rest then");
  }
  const auto make = [&](const TreeEntry& from, const TreeEntry& to) {
    copy(from, to, proposal.link, there.there());
  };
  place_file(make, salvaged, there, /*replace=*/there.there());
  placed_.emplace(proposal.path, path);  // a further one of that path comes behind it
  return path;
}

void PlaceSalvaged::clean_up_around(const std::string& path) {
  const auto entry = system::find_entry(root_, path);
  if (entry.parent) remove_leftovers(entry.parent);
}

void PlaceSalvaged::finish() {
  system::write_out(root_path_);
}

}  // namespace recover
