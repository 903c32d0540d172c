#include "recover/system/files.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <utility>

#include "recover/error.hpp"
#include "recover/system/answers.hpp"

namespace recover::system {
namespace {

[[noreturn]] void fail(const std::string& doing, const std::string& path, int error) {
  throw Failed("Could not " + doing + " " + path + ": " + answer(error), remedy_for(error, path));
}

std::string directory_of(const std::string& path) {
  const auto slash = path.rfind('/');
  if (slash == std::string::npos) return ".";
  return slash == 0 ? "/" : path.substr(0, slash);
}

std::string name_of(const std::string& path) {
  return path.substr(path.rfind('/') + 1);
}

void sync_directory(const Descriptor& directory, const std::string& path) {
  // EINVAL: fsync(2) is not for directories there (some FUSE filesystems); there is nothing better to do.
  if (::fsync(directory.get()) != 0 && errno != EINVAL) fail("write to disk the directory", path, errno);
}

Descriptor directory_to_write(const std::string& path) {
  Descriptor directory(::open(directory_of(path).c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!directory) fail("write", path, errno);
  return directory;
}

// Reads at most `size` bytes, through EINTR. Less only at the end.
ssize_t read_some(int fd, char* to, std::size_t size) {
  ssize_t got;
  do got = ::read(fd, to, size);
  while (got < 0 && errno == EINTR);
  return got;
}

// A file that grows beside the one it will replace. It vanishes unless it is committed.
class NewFile {
 public:
  // `path`: for words, and for its last name, which it gets in `directory`.
  NewFile(const Descriptor& directory, const std::string& path, mode_t mode, std::optional<Owner> owner)
      : directory_(directory), path_(path), name_(name_of(path)), beside_("." + name_ + ".recover-new") {
    remove();  // what a power cut may have left; the name is ours alone
    file_ = Descriptor(::openat(directory_.get(), beside_.c_str(),
                                O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600));
    if (!file_) fail("write", path_, errno);
    if (owner && ::fchown(file_.get(), owner->uid, owner->gid) != 0) give_up(errno);
    if (::fchmod(file_.get(), mode) != 0) give_up(errno);
  }
  ~NewFile() {
    if (file_) remove();
  }
  NewFile(const NewFile&) = delete;
  NewFile& operator=(const NewFile&) = delete;

  void write(std::string_view piece) {
    while (!piece.empty()) {
      const auto written = ::write(file_.get(), piece.data(), piece.size());
      if (written < 0 && errno == EINTR) continue;
      if (written < 0) give_up(errno);
      piece.remove_prefix(static_cast<std::size_t>(written));
    }
  }
  void commit() {
    if (::fsync(file_.get()) != 0) give_up(errno);
    if (::renameat(directory_.get(), beside_.c_str(), directory_.get(), name_.c_str()) != 0) give_up(errno);
    file_.close();
    sync_directory(directory_, directory_of(path_));
  }

 private:
  void remove() const { ::unlinkat(directory_.get(), beside_.c_str(), 0); }
  [[noreturn]] void give_up(int error) {
    remove();
    fail("write", path_, error);
  }

  const Descriptor& directory_;
  std::string path_, name_, beside_;
  Descriptor file_;
};

}  // namespace

Descriptor::~Descriptor() {
  close();
}
Descriptor::Descriptor(Descriptor&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
Descriptor& Descriptor::operator=(Descriptor&& other) noexcept {
  if (this != &other) {
    close();
    fd_ = std::exchange(other.fd_, -1);
  }
  return *this;
}
void Descriptor::close() noexcept {
  // Not again after EINTR: Linux has released it by then, close(2).
  if (fd_ >= 0) ::close(std::exchange(fd_, -1));
}

std::string read_file(const std::string& path) {
  const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY));
  if (!file) fail("read", path, errno);
  std::string content, piece(65536, '\0');
  for (;;) {
    const auto got = read_some(file.get(), piece.data(), piece.size());
    if (got < 0) fail("read", path, errno);
    if (got == 0) return content;
    content.append(piece, 0, static_cast<std::size_t>(got));
  }
}

std::string read_file_or(const std::string& path, std::string otherwise) {
  const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK));
  if (!file) return otherwise;
  std::string content;
  char piece[4096];
  while (content.size() < 1 << 20) {
    const auto got = read_some(file.get(), piece, sizeof piece);
    if (got < 0) return otherwise;
    if (got == 0) break;
    content.append(piece, static_cast<std::size_t>(got));
  }
  return content;
}

void write_file(const std::string& path, std::string_view content, mode_t mode, std::optional<Owner> owner) {
  const auto directory = directory_to_write(path);
  NewFile file(directory, path, mode, owner);
  file.write(content);
  file.commit();
}

void write_file_by(const std::string& path, mode_t mode,
                   const std::function<void(const Write& write)>& fill) {
  const auto directory = directory_to_write(path);
  NewFile file(directory, path, mode, {});
  fill([&file](std::string_view piece) { file.write(piece); });
  file.commit();
}

void write_file_in(const Descriptor& directory, const std::string& path, std::string_view content,
                   mode_t mode) {
  NewFile file(directory, path, mode, {});
  file.write(content);
  file.commit();
}

void copy_file(const std::string& from, const std::string& to, mode_t mode, std::optional<Owner> owner) {
  const Descriptor source(::open(from.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY));
  if (!source) fail("read", from, errno);
  const auto directory = directory_to_write(to);
  NewFile file(directory, to, mode, owner);
  std::string piece(1 << 18, '\0');
  for (;;) {
    const auto got = read_some(source.get(), piece.data(), piece.size());
    if (got < 0) fail("read", from, errno);
    if (got == 0) break;
    file.write(std::string_view(piece).substr(0, static_cast<std::size_t>(got)));
  }
  file.commit();
}

void make_directories(const std::string& path, mode_t mode) {
  std::size_t end = 0;
  while (end != std::string::npos) {
    end = path.find('/', end + 1);
    const auto part = path.substr(0, end);
    const bool last = end == std::string::npos || path.find_first_not_of('/', end) == std::string::npos;
    if (::mkdir(part.c_str(), 0700) == 0) {
      // Not chmod(2): where others may write, a link may stand there by now.
      const Descriptor made(::open(part.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
      if (!made || ::fchmod(made.get(), last ? mode : 0755) != 0) fail("make the directory", part, errno);
      sync_directory(directory_of(part));
      continue;
    }
    const int error = errno;
    struct stat info = {};
    // EROFS or EACCES may come before EEXIST for what is there already: what counts is what is there.
    if (::stat(part.c_str(), &info) == 0 && S_ISDIR(info.st_mode)) continue;
    fail("make the directory", part, error == EEXIST ? ENOTDIR : error);
  }
}

void sync_directory(const std::string& path) {
  const Descriptor directory(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!directory) fail("open the directory", path, errno);
  sync_directory(directory, path);
}

bool exists(const std::string& path) noexcept {
  struct stat info = {};
  return ::stat(path.c_str(), &info) == 0;
}

}  // namespace recover::system
