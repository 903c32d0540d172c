#include "recover/salvage/place.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>

#include "recover/system/answers.hpp"
#include "recover/system/mount.hpp"
#include "recover/system/text.hpp"

namespace recover::salvage {
namespace {

constexpr const char* tree = "/tree";

std::string name_of(const std::string& path) {
  return path.substr(path.rfind('/') + 1);
}

std::string in_tree(const std::string& path) {
  return path == "/" ? tree : tree + path;
}

}  // namespace

std::string above(const std::string& path) {
  const auto slash = path.rfind('/');
  return slash == 0 || slash == std::string::npos ? "/" : path.substr(0, slash);
}

std::string stored_of(const std::string& path) {
  return path == "/" ? "tree" : "tree" + path;
}

Place::Place(const std::string& directory, std::int64_t kept_free) : path_(directory), kept_free_(kept_free) {
  system::make_directories(directory, 0700);
  directory_ = system::Descriptor(::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!directory_) fail("open", "", errno);
  root_ = std::make_unique<system::TreeRoot>(directory);
  if (!make("/").file) fail("make", "tree", ENOTDIR);
}

void Place::fail(const std::string& tried, const std::string& name, int error) const {
  const auto where = path_ + (name.empty() ? "" : "/") + name;
  const auto problem =
      "Could not " + tried + " " + system::printable(where) + " in the salvage: " + system::answer(error);
  const auto remedy = system::remedy_for(error, path_) + ". Then run the same command again: it goes on";
  if (error == ENOSPC || error == EDQUOT) throw Full(problem, remedy);
  throw Failed(problem, remedy);
}

void Place::fail_to_name(const std::string& tried, const std::string& name, int error) const {
  if (error != ENAMETOOLONG && error != EINVAL && error != EILSEQ) fail(tried, name, error);
  throw NameRefused("The storage volume takes no such name: " + system::answer(error),
                    "Salvage to a volume with another filesystem, ext4 or btrfs");
}

void Place::spend(std::int64_t bytes) {
  constexpr std::int64_t of_itself = 4096, asked_each = 64 << 20;
  const auto needed = bytes + of_itself;
  if (needed > allowed_) {
    const auto room = system::free_bytes(path_) - kept_free_;
    if (needed > room) fail("write to", "tree", ENOSPC);
    allowed_ = std::min(room, std::max(needed, asked_each));
  }
  allowed_ -= needed;
}

system::Descriptor Place::open(const std::string& path) const {
  return root_->open_without_links(in_tree(path), O_RDONLY | O_DIRECTORY);
}

Place::Made Place::make(const std::string& path) const {
  Made made{open(path)};
  if (made.file) return made;
  made.other_kind = errno == ENOTDIR || errno == ELOOP;
  if (made.other_kind) return made;
  if (errno != ENOENT) fail_to_name("open the directory", stored_of(path), errno);
  const auto parent =
      path == "/" ? root_->open_without_links("/", O_RDONLY | O_DIRECTORY) : open(above(path));
  const auto name = path == "/" ? "tree" : name_of(path);
  if (!parent || ::mkdirat(parent.get(), name.c_str(), 0700) != 0)
    fail_to_name("make the directory", stored_of(path), errno);
  made.file = open(path);
  if (!made.file) fail("open the directory", stored_of(path), errno);
  made.is_new = true;
  return made;
}

void Place::clear_unfinished() {
  if (!unfinished_) return;
  if (::unlinkat(directory_.get(), unfinished, 0) != 0 && errno != ENOENT)
    fail("take away", unfinished, errno);
  unfinished_ = false;
}

void Place::will_make_unfinished() {
  clear_unfinished();
  unfinished_ = true;
}

system::Descriptor Place::make_unfinished() {
  will_make_unfinished();
  // Nobody but root may open it before it has its mode: it may hold a password.
  system::Descriptor file(
      ::openat(directory_.get(), unfinished, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600));
  if (!file) fail("make", unfinished, errno);
  return file;
}

system::Descriptor Place::open_unfinished() const {
  system::Descriptor file(::openat(directory_.get(), unfinished, O_PATH | O_NOFOLLOW | O_CLOEXEC));
  if (!file) fail("open", unfinished, errno);
  return file;
}

bool Place::finish(int directory, const std::string& name) {
  struct stat there {};
  const bool takes_a_place = ::fstatat(directory, name.c_str(), &there, AT_SYMLINK_NOFOLLOW) == 0;
  if (::renameat(directory_.get(), unfinished, directory, name.c_str()) != 0) {
    if (errno == EISDIR || errno == EEXIST || errno == ENOTEMPTY) return false;
    fail_to_name("give its name to", name, errno);
  }
  // rename(2) does nothing when the two are names of one file.
  unfinished_ = takes_a_place;
  clear_unfinished();
  return true;
}

void Place::remove(const std::string& stored) const {
  const auto parent = root_->open_without_links("/" + above(stored), O_RDONLY | O_DIRECTORY);
  if (parent) static_cast<void>(::unlinkat(parent.get(), name_of(stored).c_str(), 0));
}

system::Descriptor Place::find(const std::string& stored) const {
  const auto parent = root_->open_without_links("/" + above(stored), O_RDONLY | O_DIRECTORY);
  if (!parent) return {};
  return system::Descriptor(::openat(parent.get(), name_of(stored).c_str(), O_PATH | O_NOFOLLOW | O_CLOEXEC));
}

}  // namespace recover::salvage
