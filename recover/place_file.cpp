#include "recover/place_file.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>

#include "recover/error.hpp"
#include "recover/system/attributes.hpp"
#include "recover/system/process.hpp"
#include "recover/system/text.hpp"

namespace recover {
namespace {

using system::TreeEntry;

constexpr const char* remedy = "See to the free space, the mode and the owner there, then start again";

[[noreturn]] void fail(const std::string& tried) {
  throw Failed("Could not " + tried + ": " + std::strerror(errno), remedy);
}

std::string of(const system::Descriptor& descriptor) {
  return "/proc/self/fd/" + std::to_string(descriptor.get());
}

// utimensat(2)
void set_times(const std::string& path, const struct stat& as) {
  const std::array<timespec, 2> times{as.st_atim, as.st_mtim};
  if (::utimensat(AT_FDCWD, path.c_str(), times.data(), 0) != 0) fail("set the time");
}

// The directory's own time, across what is done in it.
class KeptTime {
 public:
  explicit KeptTime(const system::Descriptor& directory) : path_(of(directory)) {
    if (::fstat(directory.get(), &status_) != 0) fail("look at the directory");
  }
  ~KeptTime() {
    const std::array<timespec, 2> times{status_.st_atim, status_.st_mtim};
    ::utimensat(AT_FDCWD, path_.c_str(), times.data(), 0);
  }
  KeptTime(const KeptTime&) = delete;
  KeptTime& operator=(const KeptTime&) = delete;

 private:
  std::string path_;
  struct stat status_ {};
};

constexpr const char* private_name = ".recover-repair-";

// A directory of our own in another one, which may be anybody's.
class PrivateDirectory {
 public:
  explicit PrivateDirectory(const system::Descriptor& parent)
      : parent_(parent), name_(private_name + std::to_string(::getpid())) {
    if (::mkdirat(parent.get(), name_.c_str(), 0700) != 0) fail("make a directory");
    directory_ = system::Descriptor(
        ::openat(parent.get(), name_.c_str(), O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
    struct stat status {};
    if (!directory_ || ::fstat(directory_.get(), &status) != 0) fail("open the directory that was made");
    if (status.st_uid != ::geteuid() || (status.st_mode & 077) != 0)
      throw Failed("Somebody has exchanged the directory that was made", remedy);
  }
  ~PrivateDirectory() {
    if (::unlinkat(directory_.get(), "new", 0) != 0 && errno == EISDIR)
      ::unlinkat(directory_.get(), "new", AT_REMOVEDIR);
    ::unlinkat(parent_.get(), name_.c_str(), AT_REMOVEDIR);
  }
  PrivateDirectory(const PrivateDirectory&) = delete;
  PrivateDirectory& operator=(const PrivateDirectory&) = delete;

  // Of the file "new" in it.
  TreeEntry entry() const {
    return system::find_entry(system::Descriptor(::fcntl(directory_.get(), F_DUPFD_CLOEXEC, 0)), "new");
  }
  void move_to(const TreeEntry& to, bool replace) const {
    if (::renameat2(directory_.get(), "new", to.parent.get(), to.name.c_str(),
                    replace ? 0 : RENAME_NOREPLACE) != 0)
      fail("put it in its place");
  }

 private:
  const system::Descriptor& parent_;
  std::string name_;
  system::Descriptor directory_;
};

// With --preserve=links it would remove a target that has several names, to break the link.
void copy(system::Processes& processes, const std::string& from, const std::string& to) {
  const auto result = processes.run(
      {.argv = {"cp", "--archive", "--no-preserve=links", "--no-target-directory", "--", from, to},
       .merge_errors = true});
  if (result.status != 0)
    throw Failed("\"cp --archive\" could not copy it; it said: " + system::printable(result.out), remedy);
}

// cp --archive says nothing of attributes that the filesystem did not take.
void require_same(const TreeEntry& from, const TreeEntry& copied) {
  if (!copied.there() || !system::same_state(from.status, copied.status) ||
      system::read_attributes(from.self()) != system::read_attributes(copied.self()))
    throw Failed("The copy is not what was restored: its mode, owner, time, ACL or xattrs could not be kept",
                 remedy);
}

}  // namespace

void place_file(system::Processes& processes, const TreeEntry& from, const TreeEntry& to, bool replace) {
  const auto by_cp = [&](const TreeEntry& original, const TreeEntry& made) {
    copy(processes, original.path(), made.path());
  };
  place_file(by_cp, from, to, replace);
}

void place_file(const CopyEntry& copy_entry, const TreeEntry& from, const TreeEntry& to, bool replace) {
  const KeptTime kept(to.parent);
  const PrivateDirectory apart(to.parent);
  if (S_ISDIR(from.status.st_mode)) {
    const auto made = apart.entry();
    if (::mkdirat(made.parent.get(), "new", 0700) != 0) fail("make the directory");
    take_state(from, apart.entry());
  } else {
    copy_entry(from, apart.entry());
  }
  require_same(from, apart.entry());
  apart.move_to(to, replace);
}

void remove_leftovers(const system::Descriptor& directory) {
  std::error_code ignored;
  for (const auto& entry : std::filesystem::directory_iterator(of(directory), ignored)) {
    const auto name = entry.path().filename().string();
    if (!name.starts_with(private_name)) continue;
    const auto left =
        system::find_entry(system::Descriptor(::fcntl(directory.get(), F_DUPFD_CLOEXEC, 0)), name);
    if (!left.there() || !S_ISDIR(left.status.st_mode) || left.status.st_uid != ::geteuid()) continue;
    const KeptTime kept(directory);
    if (::unlinkat(left.file.get(), "new", 0) != 0 && errno == EISDIR)
      ::unlinkat(left.file.get(), "new", AT_REMOVEDIR);
    ::unlinkat(directory.get(), name.c_str(), AT_REMOVEDIR);
  }
}

void overwrite_file(system::Processes& processes, const TreeEntry& from, const TreeEntry& to) {
  copy(processes, from.path(),
       "/proc/" + std::to_string(::getpid()) + "/fd/" + std::to_string(to.file.get()));
  TreeEntry now;
  now.file = system::Descriptor(::fcntl(to.file.get(), F_DUPFD_CLOEXEC, 0));
  if (::fstat(now.file.get(), &now.status) != 0) fail("look at the file that was written");
  require_same(from, now);
}

bool link_file(const TreeEntry& other, const TreeEntry& to) {
  const KeptTime kept(to.parent);
  return ::linkat(AT_FDCWD, other.self().c_str(), to.parent.get(), to.name.c_str(), AT_SYMLINK_FOLLOW) == 0;
}

void take_state(const TreeEntry& from, const TreeEntry& to) {
  const auto self = to.self();
  if (::fchownat(to.file.get(), "", from.status.st_uid, from.status.st_gid, AT_EMPTY_PATH) != 0)
    fail("give it to its owner");
  for (const auto& [name, value] : system::read_attributes(from.self()))
    system::set_attribute(self, name, value);
  if (::chmod(self.c_str(), from.status.st_mode & 07777) != 0) fail("set its mode");
  set_times(self, from.status);
}

}  // namespace recover
