// Small files and directories, durably.
//
//     write_file("/etc/recover/machine.toml", text, 0600);  // whole and on the disk, or the old one and an
//     error
#pragma once

#include <sys/types.h>

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace recover::system {

// Owns a file descriptor.
class Descriptor {
 public:
  Descriptor() = default;
  explicit Descriptor(int fd) : fd_(fd) {}
  ~Descriptor();
  Descriptor(Descriptor&& other) noexcept;
  Descriptor& operator=(Descriptor&& other) noexcept;
  int get() const noexcept { return fd_; }
  explicit operator bool() const noexcept { return fd_ >= 0; }
  void close() noexcept;

 private:
  int fd_ = -1;
};

std::string read_file(const std::string& path);  // throws Failed
// The first MiB; never throws and never waits for another process (a FIFO reads as empty).
std::string read_file_or(const std::string& path, std::string otherwise);

// Whom a file belongs to.
struct Owner {
  uid_t uid = 0;
  gid_t gid = 0;
};

// Writes beside (".NAME.recover-new"), fsyncs, renames, fsyncs the directory. The mode is exact, whatever the
// umask, and so is the owner where one is given, from the moment that the file has its name; a symbolic link
// in its place is replaced, not followed. Throws Failed ("disk full" and all); then the old file is as it
// was.
void write_file(const std::string& path, std::string_view content, mode_t mode,
                std::optional<Owner> owner = {});
// The same of what comes in pieces, which `fill` gives to its argument. What it throws leaves the old file.
using Write = std::function<void(std::string_view piece)>;
void write_file_by(const std::string& path, mode_t mode, const std::function<void(const Write& write)>& fill);
// The same in a directory that is held: the last name of `path` is its name there, the rest is for words.
void write_file_in(const Descriptor& directory, const std::string& path, std::string_view content,
                   mode_t mode);
// The same durability.
void copy_file(const std::string& from, const std::string& to, mode_t mode, std::optional<Owner> owner = {});

// Like mkdir -p: `mode` is exact for the last one when it is made; those above it are 0755; what is there
// stays as it is. Durable. Throws Failed.
void make_directories(const std::string& path, mode_t mode);
// The names in it are on the disk. Throws Failed.
void sync_directory(const std::string& path);
bool exists(const std::string& path) noexcept;  // follows symbolic links

// Where programs are looked up: the absolute directories of PATH, then the standard ones, sbin included,
// which a user's PATH often lacks (Debian's su).
std::vector<std::string> program_directories();
// The program's path as seen from within `root` (what a chroot would execute), its symbolic links resolved
// there; empty: none.
std::string find_program(const std::string& name, const std::string& root = "/");

}  // namespace recover::system
