#include "recover/system/tree_copy.hpp"

#include <fcntl.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <filesystem>

#include "recover/error.hpp"
#include "recover/system/answers.hpp"
#include "recover/system/attributes.hpp"
#include "recover/system/text.hpp"

namespace recover::system {
namespace {

namespace fs = std::filesystem;

[[noreturn]] void fail(const std::string& tried, const std::string& path, int error) {
  throw Failed("Could not " + tried + " " + printable(path) + ": " + answer(error), remedy_for(error, path));
}

[[noreturn]] void refuse_other_kind(const std::string& path, const char* what) {
  throw Refused(printable(path) + " is " + what + ", and what is to be copied there is of the other kind",
                "See what each of the two trees has there");
}

std::string above(const std::string& path) {
  const auto slash = path.rfind('/');
  return slash == 0 || slash == std::string::npos ? "/" : path.substr(0, slash);
}

std::string under(const std::string& directory, const std::string& name) {
  return (directory == "/" ? "" : directory) + "/" + name;
}

// Those of the file's own; what a security module or trusted software has put there is that system's.
void copy_attributes(const std::string& from, const std::string& to) {
  for (const auto& [name, value] : read_attributes(from))
    if (is_acl(name) || name == "security.capability" || name.starts_with("user."))
      set_attribute(to, name, value);
}

void give(const std::string& from, const Descriptor& made, const std::string& place,
          const struct stat& status) {
  // Owner first: chown(2) takes setuid bits and capabilities away.
  if (::fchown(made.get(), status.st_uid, status.st_gid) != 0) fail("give an owner to", place, errno);
  if (::fchmod(made.get(), status.st_mode & 07777) != 0) fail("set the mode of", place, errno);
  copy_attributes(from, "/proc/self/fd/" + std::to_string(made.get()));
}

// Elsewhere links say what is switched on (/etc/systemd), or are their users' own.
bool holds_programs(const std::string& directory) {
  const auto first = directory.substr(0, directory.find('/', 1));
  return first == "/" || first == "/usr" || first == "/bin" || first == "/sbin" || first.starts_with("/lib");
}

bool read_and_write(const Descriptor& from, const Descriptor& to) {
  std::array<char, 1 << 16> piece;
  for (;;) {
    const auto got = ::read(from.get(), piece.data(), piece.size());
    if (got <= 0) return got == 0;
    for (ssize_t at = 0; at < got;) {
      const auto put = ::write(to.get(), piece.data() + at, static_cast<std::size_t>(got - at));
      if (put < 0) return false;
      at += put;
    }
  }
}

bool copy_content(const Descriptor& from, const Descriptor& to) {
  for (bool begun = false;; begun = true) {
    const auto copied = ::copy_file_range(from.get(), nullptr, to.get(), nullptr, 1 << 30, 0);
    if (copied > 0) continue;
    // Between some filesystems the kernel does not, and of some (/proc) it copies nothing.
    if (!begun) return read_and_write(from, to);
    return copied == 0;
  }
}

}  // namespace

TreeCopy::TreeCopy(const std::string& from, const std::string& to, There there)
    : from_(from == "/" ? "" : from), to_(to), there_(there), tree_(from) {}

std::string TreeCopy::real_place(const std::string& path) {
  const auto directory = above(path);
  auto known = directories_.find(directory);
  if (known == directories_.end()) {
    std::string real;
    if (tree_.open(directory, O_PATH | O_DIRECTORY)) real = tree_.real_path(directory).substr(from_.size());
    if (real.empty() && tree_.open(directory, O_PATH | O_DIRECTORY)) real = "/";
    known = directories_.emplace(directory, real).first;
  }
  if (known->second.empty()) return "";
  const auto name = path.substr(path.rfind('/') + 1);
  return name.empty() ? known->second : under(known->second, name);
}

bool TreeCopy::add(const std::string& path) {
  const auto place = real_place(path);
  if (place.empty()) return false;
  if (done_.contains(place)) return true;
  struct stat status {};
  if (::lstat((from_ + place).c_str(), &status) != 0) {
    if (errno == ENOENT) return false;
    fail("look at", from_ + place, errno);
  }
  if (S_ISDIR(status.st_mode)) {
    add_directory(place);
  } else {
    add_directory(above(place));
    struct stat there {};
    if (::lstat((to_ + place).c_str(), &there) == 0) {
      if (there_ == There::stays) {
        done_.insert(place);
        return true;
      }
      if (S_ISDIR(there.st_mode)) refuse_other_kind(to_ + place, "a directory");
      if (::unlink((to_ + place).c_str()) != 0) fail("take away", to_ + place, errno);
    }
    copy_entry(place, status);
  }
  return true;
}

void TreeCopy::add_directory(const std::string& place) {
  if (done_.contains(place)) return;
  if (place != "/") add_directory(above(place));
  const auto source = from_ + place, target = to_ + place;
  struct stat status {};
  if (::stat(source.c_str(), &status) != 0) fail("look at", source, errno);
  if (::mkdir(target.c_str(), 0700) != 0 && errno != EEXIST) fail("make the directory", target, errno);
  const Descriptor made(::open(target.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
  if (!made && (errno == ENOTDIR || errno == ELOOP)) refuse_other_kind(target, "no directory");
  if (!made) fail("open the directory", target, errno);
  give(source, made, target, status);
  made_.emplace_back(place, status);
  done_.insert(place);
}

void TreeCopy::copy_entry(const std::string& place, const struct stat& status) {
  const auto source = from_ + place, target = to_ + place;
  if (S_ISSOCK(status.st_mode)) return;
  if (status.st_nlink > 1) {
    const auto [first, is_new] = names_.emplace(std::pair(status.st_dev, status.st_ino), target);
    if (!is_new) {
      if (::link(first->second.c_str(), target.c_str()) != 0) fail("make the hard link", target, errno);
      done_.insert(place);
      return;
    }
  }
  if (S_ISREG(status.st_mode)) {
    copy_file(place, status);
  } else if (S_ISLNK(status.st_mode)) {
    std::error_code error;
    const auto text = fs::read_symlink(source, error);
    if (error) fail("read the link", source, error.value());
    if (::symlink(text.c_str(), target.c_str()) != 0) fail("make the link", target, errno);
    if (::lchown(target.c_str(), status.st_uid, status.st_gid) != 0) fail("give an owner to", target, errno);
  } else {
    if (::mknod(target.c_str(), status.st_mode, status.st_rdev) != 0) fail("make", target, errno);
    if (::lchown(target.c_str(), status.st_uid, status.st_gid) != 0) fail("give an owner to", target, errno);
    if (::chmod(target.c_str(), status.st_mode & 07777) != 0) fail("set the mode of", target, errno);
  }
  const timespec times[] = {status.st_atim, status.st_mtim};
  if (::utimensat(AT_FDCWD, target.c_str(), times, AT_SYMLINK_NOFOLLOW) != 0)
    fail("set the time of", target, errno);
  ++files_;
  done_.insert(place);
}

void TreeCopy::copy_file(const std::string& place, const struct stat& status) {
  const auto source = from_ + place, target = to_ + place;
  const Descriptor from(::open(source.c_str(), O_RDONLY | O_NOFOLLOW | O_CLOEXEC));
  if (!from) fail("read", source, errno);
  // Nobody but root may open it before it has its mode: it may hold a password.
  const Descriptor made(::open(target.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
  if (!made) fail("make", target, errno);
  if (!copy_content(from, made)) fail("copy " + printable(source) + " to", target, errno);
  give("/proc/self/fd/" + std::to_string(from.get()), made, target, status);
  bytes_ += status.st_size;
}

std::vector<std::string> TreeCopy::chain_of(const std::string& place) {
  constexpr int longest = 40;  // as the kernel has it, path_resolution(7)
  std::vector<std::string> chain;
  auto at = place;
  for (int i = 0; i < longest; ++i) {
    if (done_.contains(at)) return chain;
    struct stat status {};
    if (::lstat((from_ + at).c_str(), &status) != 0 || !S_ISLNK(status.st_mode)) return {};
    chain.push_back(at);
    std::error_code error;
    const auto text = fs::read_symlink(from_ + at, error).string();
    if (error || text.empty()) return {};
    auto next = fs::path(text.front() == '/' ? text : under(above(at), text)).lexically_normal().string();
    if (next.size() > 1 && next.back() == '/') next.pop_back();
    at = real_place(next);
    if (at.empty()) return {};
  }
  return {};
}

void TreeCopy::add_links() {
  for (std::size_t i = 0; i < made_.size(); ++i) {  // it grows
    const auto directory = made_[i].first;
    if (!holds_programs(directory)) continue;
    std::error_code unreadable;
    for (const auto& entry : fs::directory_iterator(from_ + directory, unreadable)) {
      if (!entry.is_symlink(unreadable)) continue;
      const auto place = under(directory, entry.path().filename().string());
      if (done_.contains(place)) continue;
      for (const auto& link : chain_of(place)) add(link);
    }
  }
}

void TreeCopy::finish() {
  for (auto made = made_.rbegin(); made != made_.rend(); ++made) {
    const timespec times[] = {made->second.st_atim, made->second.st_mtim};
    if (::utimensat(AT_FDCWD, (to_ + made->first).c_str(), times, 0) != 0)
      fail("set the time of", to_ + made->first, errno);
  }
}

}  // namespace recover::system
