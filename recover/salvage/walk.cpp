#include "recover/salvage/walk.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <memory>

#include "recover/error.hpp"
#include "recover/system/answers.hpp"
#include "recover/system/signals.hpp"
#include "recover/system/text.hpp"

namespace recover::salvage {
namespace {

// include/uapi/linux/btrfs_tree.h: the root of each subvolume, and what stands in its place where it is not
// shown (BTRFS_FIRST_FREE_OBJECTID, BTRFS_EMPTY_SUBVOL_DIR_OBJECTID).
constexpr ino_t subvolume_root = 256, subvolume_not_shown = 2;

constexpr std::size_t longest_path = 3800;  // bytes: what is in such a directory has a path below PATH_MAX

std::string under(const std::string& directory, const std::string& name) {
  return directory == "/" ? "/" + name : directory + "/" + name;
}

// The kinds that stat(2) has, of those that readdir(3) has.
mode_t kind_of(unsigned char type) {
  return type == DT_UNKNOWN ? static_cast<mode_t>(S_IFREG) : DTTOIF(static_cast<mode_t>(type));
}

}  // namespace

system::Descriptor Walk::open_quietly(int directory, const std::string& name, int flags) {
  const int all = flags | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK;
  system::Descriptor file(::openat(directory, name.c_str(), all | O_NOATIME));
  // Only its owner and root may ask for it.
  if (!file && errno == EPERM) file = system::Descriptor(::openat(directory, name.c_str(), all));
  return file;
}

Walk::Walk(const Source& source, const std::vector<std::string>& left_out)
    : source_(source), left_out_(left_out), root_(source.at) {
  struct statfs info {};
  const auto top = root_.open_without_links("/", O_PATH);
  if (!top || ::fstat(top.get(), &top_) != 0 || ::fstatfs(top.get(), &info) != 0)
    throw Failed("Could not look at " + system::printable(source.at) + ": " + system::answer(errno),
                 system::remedy_for(errno, source.at));
  btrfs_ = info.f_type == BTRFS_SUPER_MAGIC;
}

void Walk::run(Walker& walker) {
  waiting_ = {"/"};
  entered_.clear();
  while (!waiting_.empty()) {
    system::throw_if_interrupted();
    WalkedDirectory directory;
    directory.inside = std::move(waiting_.back());
    waiting_.pop_back();
    directory.path = directory.inside == "/" ? source_.path
                     : source_.path == "/"   ? directory.inside
                                             : source_.path + directory.inside;
    if (is_left_out(directory.path)) continue;
    read(directory, walker);
  }
}

void Walk::read(WalkedDirectory& directory, Walker& walker) {
  // What is in it would have no path in the salvage.
  if (directory.path.size() > longest_path) return walker.leave(directory, ENAMETOOLONG);
  auto file = root_.open_without_links(directory.inside, O_RDONLY | O_DIRECTORY | O_NOATIME);
  if (!file && errno == EPERM) file = root_.open_without_links(directory.inside, O_RDONLY | O_DIRECTORY);
  if (!file || ::fstat(file.get(), &directory.status) != 0) return walker.leave(directory, errno);
  directory.file = file.get();
  if (!entered_.insert(directory.status.st_ino).second) return walker.leave(directory, ELOOP);
  if (!walker.enter(directory)) return;
  const std::unique_ptr<DIR, int (*)(DIR*)> names(
      ::fdopendir(::openat(file.get(), ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC)), ::closedir);
  if (!names) return walker.leave(directory, errno);
  for (;;) {
    errno = 0;
    const auto* entry = ::readdir(names.get());
    if (entry == nullptr) break;
    const std::string_view name = entry->d_name;
    if (name != "." && name != "..") look(directory, entry->d_name, entry->d_type, walker);
  }
  walker.leave(directory, errno);
}

void Walk::look(const WalkedDirectory& directory, const char* name, unsigned char type, Walker& walker) {
  WalkedThing thing{directory, name, under(directory.path, name)};
  if (is_left_out(thing.path)) return;
  if (::fstatat(directory.file, name, &thing.status, AT_SYMLINK_NOFOLLOW) != 0) {
    thing.error = errno;
    thing.status = {};
    thing.status.st_mode = kind_of(type);
  } else if (S_ISDIR(thing.status.st_mode)) {
    if (is_entered(directory, thing.status, thing.path)) waiting_.push_back(under(directory.inside, name));
    return;
  }
  system::throw_if_interrupted();
  walker.thing(thing);
}

bool Walk::is_left_out(const std::string& path) const {
  return std::any_of(left_out_.begin(), left_out_.end(), [&](const auto& out) {
    return path == out || out == "/" ||
           (path.size() > out.size() && path[out.size()] == '/' && path.starts_with(out));
  });
}

bool Walk::is_entered(const WalkedDirectory& directory, const struct stat& status, const std::string& path) {
  if (status.st_dev != directory.status.st_dev || status.st_dev != top_.st_dev) return false;
  if (btrfs_ && (status.st_ino == subvolume_root || status.st_ino == subvolume_not_shown)) return false;
  return std::find(source_.elsewhere.begin(), source_.elsewhere.end(), path) == source_.elsewhere.end();
}

}  // namespace recover::salvage
