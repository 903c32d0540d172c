#include "recover/verify/canary_directory.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <utility>
#include <vector>

#include "recover/error.hpp"
#include "recover/system/answers.hpp"
#include "recover/system/text.hpp"

namespace recover::verify {
namespace {

namespace fs = std::filesystem;
using system::Descriptor;

constexpr const char* name_of_directory = ".recover-canary";
// A FAT has one mode for all that may be executed; see chmod in fs/fat/file.c.
constexpr mode_t mode = 0755;

[[noreturn]] void fail(const std::string& tried, const std::string& path, int error) {
  throw Failed("Could not " + tried + " " + system::printable(path) + ": " + system::answer(error),
               system::remedy_for(error, path));
}

std::string or_leave_out(const std::string& place) {
  return "; or, when no backup needs " + system::printable(place) +
         ", name it in [verify] left-out of the profile";
}

[[noreturn]] void not_ours(const std::string& path, const std::string& place, const std::string& what) {
  throw Failed(
      system::printable(path) + " " + what + ", and canaries stand only in a directory of root's own",
      "Look who has put it there, and remove it: rm -r " + system::shell_quoted(path) + or_leave_out(place));
}

Descriptor open_in(const Descriptor& parent, const std::string& name, int flags) {
  return Descriptor(::openat(parent.get(), name.c_str(), flags | O_NOFOLLOW | O_CLOEXEC));
}

// Name by name, since O_NOFOLLOW tells of the last one only; openat2(2) would want Linux 5.6. Holds nothing
// where there is none, or a link is on the way; then errno tells.
Descriptor open_place(const std::string& place) {
  Descriptor at(::open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  for (const auto& name : fs::path(place).relative_path()) {
    if (!at) break;
    // Not O_PATH: that does not mount what an automount holds, open(2).
    if (!name.empty()) at = open_in(at, name.string(), O_RDONLY | O_DIRECTORY);
  }
  return at;
}

// verify-backup runs as root; its tests need not.
bool is_own(const struct stat& status) {
  return status.st_uid == ::geteuid();
}

std::string of(const Descriptor& descriptor) {
  return "/proc/self/fd/" + std::to_string(descriptor.get());
}

// A link gives ENOTDIR with O_DIRECTORY, and ELOOP without; open(2).
bool stands_in_the_way(int error) {
  return error == ENOTDIR || error == ELOOP;
}

std::string sort_of(const Descriptor& parent) {
  struct stat status {};
  const bool link = ::fstatat(parent.get(), name_of_directory, &status, AT_SYMLINK_NOFOLLOW) == 0 &&
                    S_ISLNK(status.st_mode);
  return link ? "is a symbolic link" : "is no directory";
}

}  // namespace

std::string canary_path(const std::string& place) {
  return (place == "/" ? "" : place) + "/" + name_of_directory;
}

CanaryDirectory CanaryDirectory::make(const std::string& place) {
  CanaryDirectory made(canary_path(place));
  const auto parent = open_place(place);
  if (!parent) fail("open without following a link", place, errno);
  auto& directory = made.directory_;
  directory = open_in(parent, name_of_directory, O_RDONLY | O_DIRECTORY);
  bool is_new = false;
  if (!directory && errno == ENOENT) {
    // As the umask of main() leaves it. No chmod: somebody may have exchanged it for another one of root's.
    is_new = ::mkdirat(parent.get(), name_of_directory, mode) == 0;
    if (!is_new && errno != EEXIST) fail("make the directory", made.path_, errno);
    if (::fsync(parent.get()) != 0 && errno != EINVAL) fail("write to disk the directory", place, errno);
    directory = open_in(parent, name_of_directory, O_RDONLY | O_DIRECTORY);
  }
  if (!directory && stands_in_the_way(errno)) not_ours(made.path_, place, sort_of(parent));
  struct stat status {};
  if (!directory || ::fstat(directory.get(), &status) != 0) fail("open the directory", made.path_, errno);
  if (is_own(status)) return made;
  const auto owner = "belongs to user " + std::to_string(status.st_uid);
  if (!is_new) not_ours(made.path_, place, owner);
  ::unlinkat(parent.get(), name_of_directory, AT_REMOVEDIR);
  throw Failed(system::printable(made.path_) + " " + owner +
                   " although root has just made it, as everything there does by how it is mounted",
               "Mount it without the option uid" + or_leave_out(place));
}

CanaryDirectory CanaryDirectory::find(const std::string& place) {
  CanaryDirectory found(canary_path(place));
  const auto parent = open_place(place);
  if (!parent) return found;
  found.directory_ = open_in(parent, name_of_directory, O_RDONLY | O_DIRECTORY);
  struct stat status {};
  if (found.directory_ && (::fstat(found.directory_.get(), &status) != 0 || !is_own(status)))
    found.directory_.close();
  return found;
}

void CanaryDirectory::write(const std::string& name, const std::string& content) const {
  system::write_file_in(directory_, path_ + "/" + name, content, mode);
}

std::string CanaryDirectory::read(const std::string& name) const {
  if (!directory_) return "";
  const auto file = open_in(directory_, name, O_PATH);
  struct stat status {};
  if (!file || ::fstat(file.get(), &status) != 0) return "";
  if (!S_ISREG(status.st_mode) || !is_own(status) || status.st_nlink != 1) return "";
  return system::read_file_or(of(file), "");
}

void CanaryDirectory::remove_all(const std::string& beginning) const {
  std::vector<std::string> names;
  std::error_code ignored;
  for (const auto& entry : fs::directory_iterator(of(directory_), ignored))
    names.push_back(entry.path().filename().string());
  for (const auto& name : names)
    // One with a dot is what a power cut left of one that was being written.
    if (name.starts_with(beginning) || name.starts_with("." + beginning))
      ::unlinkat(directory_.get(), name.c_str(), 0);
}

}  // namespace recover::verify
