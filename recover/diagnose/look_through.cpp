#include "recover/diagnose/look_through.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <memory>
#include <utility>

#include "recover/system/answers.hpp"
#include "recover/system/signals.hpp"
#include "recover/system/text.hpp"

namespace recover::diagnosis {
namespace {

using Clock = std::chrono::steady_clock;
using Stream = std::unique_ptr<DIR, int (*)(DIR*)>;

constexpr std::size_t most_problems = 10;

class Walk {
 public:
  Walk(dev_t device, std::chrono::milliseconds patience) : device_(device), end_(Clock::now() + patience) {}

  // Directories wait as paths and not as descriptors: there may be any number of them.
  LookedAt run(const system::Descriptor& top, const std::string& name) {
    waiting_.emplace_back("");
    while (!waiting_.empty() && looked_.all) {
      const auto path = std::move(waiting_.back());
      waiting_.pop_back();
      read_directory(top, path, name);
    }
    return std::move(looked_);
  }

 private:
  void read_directory(const system::Descriptor& top, const std::string& path, const std::string& name) {
    const int fd = ::openat(top.get(), path.empty() ? "." : path.c_str(),
                            O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC | O_NOATIME);
    if (fd < 0) return bad(name + "/" + path, errno);
    const Stream stream(::fdopendir(fd), ::closedir);
    if (!stream) {
      ::close(fd);
      return;
    }
    for (;;) {
      system::throw_if_interrupted();
      if (Clock::now() > end_) {
        looked_.all = false;
        return;
      }
      errno = 0;
      const auto* entry = ::readdir(stream.get());
      if (!entry) {
        if (errno != 0) bad(name + "/" + path, errno);
        return;
      }
      const std::string called = entry->d_name;
      if (called != "." && called != "..")
        read_one(fd, called, path.empty() ? called : path + "/" + called, name);
    }
  }

  void read_one(int directory, const std::string& called, const std::string& path, const std::string& name) {
    struct stat status {};
    if (::fstatat(directory, called.c_str(), &status, AT_SYMLINK_NOFOLLOW | AT_NO_AUTOMOUNT) != 0)
      return bad(name + "/" + path, errno);
    if (status.st_dev != device_) return;
    if (S_ISDIR(status.st_mode)) waiting_.push_back(path);
    if (S_ISREG(status.st_mode) && status.st_size > 0) {
      const system::Descriptor file(
          ::openat(directory, called.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC | O_NOATIME));
      if (!file) return bad(name + "/" + path, errno);
      // To find a hole it reads where the file's data lies. ENXIO: there is none before the end.
      if (::lseek(file.get(), 0, SEEK_HOLE) < 0 && errno != ENXIO) return bad(name + "/" + path, errno);
    }
    ++looked_.things;
  }

  void bad(const std::string& what, int error) {
    ++looked_.unreadable;
    if (looked_.problems.size() < most_problems)
      looked_.problems.push_back(system::printable(what) + ": " + system::answer(error));
  }

  dev_t device_;
  Clock::time_point end_;
  std::vector<std::string> waiting_;
  LookedAt looked_;
};

}  // namespace

LookedAt look_through(const system::Descriptor& at, const std::string& name,
                      std::chrono::milliseconds patience) {
  struct stat status {};
  if (::fstat(at.get(), &status) != 0) return {0, 1, {name + ": " + system::answer(errno)}, true};
  return Walk(status.st_dev, patience).run(at, name == "/" ? "" : name);
}

}  // namespace recover::diagnosis
