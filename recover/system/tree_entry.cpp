#include "recover/system/tree_entry.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>

namespace recover::system {
namespace {

std::string of_descriptor(const char* process, const Descriptor& descriptor) {
  return "/proc/" + std::string(process) + "/fd/" + std::to_string(descriptor.get());
}

}  // namespace

std::string TreeEntry::self() const {
  return of_descriptor("self", file);
}

std::string TreeEntry::beside(const std::string& other) const {
  return of_descriptor(std::to_string(::getpid()).c_str(), parent) + "/" + other;
}

TreeEntry find_entry(Descriptor parent, const std::string& name) {
  TreeEntry entry;
  entry.parent = std::move(parent);
  entry.name = name;
  entry.file = Descriptor(::openat(entry.parent.get(), name.c_str(), O_PATH | O_NOFOLLOW | O_CLOEXEC));
  if (entry.file && ::fstat(entry.file.get(), &entry.status) != 0) entry.file.close();
  return entry;
}

TreeEntry find_entry(const TreeRoot& root, const std::string& path) {
  const auto slash = path.rfind('/');
  const auto name = path.substr(slash + 1);
  TreeEntry none;
  auto parent = root.open_without_links(slash == 0 ? "/" : path.substr(0, slash), O_PATH);
  none.behind_link = !parent && errno == ELOOP;
  struct stat status {};
  if (!parent || ::fstat(parent.get(), &status) != 0) return none;
  none.behind_link = S_ISLNK(status.st_mode);
  if (!S_ISDIR(status.st_mode)) return none;
  return find_entry(std::move(parent), name.empty() ? "." : name);
}

bool same_state(const struct stat& a, const struct stat& b) {
  const bool directory = S_ISDIR(a.st_mode), device = S_ISCHR(a.st_mode) || S_ISBLK(a.st_mode);
  return a.st_mode == b.st_mode && a.st_uid == b.st_uid && a.st_gid == b.st_gid &&
         (directory || a.st_size == b.st_size) && (!device || a.st_rdev == b.st_rdev) &&
         (directory || a.st_mtim.tv_sec == b.st_mtim.tv_sec);
}

}  // namespace recover::system
