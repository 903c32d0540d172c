#include "recover/salvage/metadata.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdio>

#include "recover/error.hpp"
#include "recover/system/answers.hpp"
#include "recover/system/attributes.hpp"
#include "recover/system/text.hpp"

namespace recover::salvage {
namespace {

// It leads to the very thing, a symbolic link too.
std::string self(int descriptor) {
  return "/proc/self/fd/" + std::to_string(descriptor);
}

// btrfs tells of its compression as an attribute: btrfs(5), "FILE ATTRIBUTES".
bool is_the_filesystems(const std::string& name) {
  return name.starts_with("btrfs.");
}

void add(std::string& problem, const std::string& sentence) {
  if (!problem.empty()) problem += "; ";
  problem += sentence;
}

std::string octal(mode_t mode) {
  std::array<char, 8> text{};
  std::snprintf(text.data(), text.size(), "%04o", static_cast<unsigned>(mode & 07777));
  return text.data();
}

void keep_attributes(int from, int to, std::string& problem) {
  system::Attributes attributes;
  try {
    attributes = system::read_attributes(self(from));
  } catch (const Failed& error) {
    return add(problem, error.problem());
  }
  for (const auto& [name, value] : attributes) {
    try {
      system::set_attribute(self(to), name, value);
    } catch (const Failed& error) {
      if (!is_the_filesystems(name)) add(problem, error.problem());
    }
  }
}

}  // namespace

void keep_times(int to, const struct stat& status) {
  const timespec times[] = {status.st_atim, status.st_mtim};
  // Of one that is not kept nobody needs to hear: the manifest has it.
  if (::futimens(to, times) != 0 && errno == EBADF)
    static_cast<void>(::utimensat(AT_FDCWD, self(to).c_str(), times, 0));
}

std::string keep_metadata(int from, int to, const struct stat& status) {
  std::string problem;
  const auto owner = "its owner " + std::to_string(status.st_uid) + ":" + std::to_string(status.st_gid);
  // Owner first: chown(2) takes setuid bits and capabilities away. The mode before an ACL, which has it, too.
  if (::fchownat(to, "", status.st_uid, status.st_gid, AT_EMPTY_PATH | AT_SYMLINK_NOFOLLOW) != 0)
    add(problem, owner + " could not be kept: " + system::answer(errno));
  const auto mode = status.st_mode & 07777;
  // EBADF: it is but a path (open(2), O_PATH).
  if (!S_ISLNK(status.st_mode) && ::fchmod(to, mode) != 0 &&
      (errno != EBADF || ::chmod(self(to).c_str(), mode) != 0))
    add(problem, "its mode " + octal(mode) + " could not be kept: " + system::answer(errno));
  keep_attributes(from, to, problem);
  // There are filesystems that take both without a word, and keep neither.
  struct stat kept {};
  if (problem.empty() && ::fstat(to, &kept) == 0) {
    if (kept.st_uid != status.st_uid || kept.st_gid != status.st_gid)
      add(problem, owner + " was not kept by the storage volume");
    if (!S_ISLNK(status.st_mode) && (kept.st_mode & 07777) != mode)
      add(problem, "its mode " + octal(mode) + " was not kept by the storage volume");
  }
  keep_times(to, status);
  return problem;
}

bool has_attributes(int of) try {
  for (const auto& [name, value] : system::read_attributes(self(of)))
    if (!is_the_filesystems(name) && name != "security.selinux") return true;
  return false;
} catch (const Failed&) {
  return true;
}

}  // namespace recover::salvage
