// What the fuzz targets share. Each target is one .cpp that says what is done with an input; an error of the
// program's own (recover::Error) is an answer, anything else that is thrown, or a require() that does not
// hold, is a finding.
//
//     void recover::fuzz::try_input(std::string_view input) {
//       const auto bootstrap = bacula::parse_bootstrap(input, "the input");
//       require(again == bootstrap, "a bootstrap reads back as it was written");
//     }
#pragma once

#include <sys/mman.h>
#include <unistd.h>

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "recover/error.hpp"
#include "recover/system/process.hpp"

namespace recover::fuzz {

// What a target defines.
void try_input(std::string_view input);

// `sentence` says what holds when it is well.
inline void require(bool holds, const char* sentence) {
  if (holds) return;
  std::fprintf(stderr, "This does not hold: %s\n", sentence);
  std::abort();
}

// Runs it; an error of the program's own is an answer. False: there was one.
template <typename Act>
bool answered(const Act& act) {
  try {
    act();
    return true;
  } catch (const Error& error) {
    require(!error.problem().empty() && !error.remedy().empty(), "an error has a problem and a remedy");
    return false;
  }
}

// The input's parts, which a byte 0x1E (record separator) divides.
inline std::vector<std::string_view> parts(std::string_view input, char separator = '\x1e') {
  std::vector<std::string_view> result;
  for (;;) {
    const auto end = std::min(input.find(separator), input.size());
    result.push_back(input.substr(0, end));
    if (end == input.size()) return result;
    input.remove_prefix(end + 1);
  }
}

// A file that is in memory alone, for what reads a path. Holds one content after the other.
class MemoryFile {
 public:
  MemoryFile() : fd_(::memfd_create("input", MFD_CLOEXEC)) {}
  ~MemoryFile() { ::close(fd_); }
  MemoryFile(const MemoryFile&) = delete;
  MemoryFile& operator=(const MemoryFile&) = delete;

  void hold(std::string_view content) const {
    require(::ftruncate(fd_, 0) == 0 &&
                ::pwrite(fd_, content.data(), content.size(), 0) == static_cast<ssize_t>(content.size()),
            "there is memory for the input");
  }
  int fd() const { return fd_; }
  std::string path() const { return "/proc/self/fd/" + std::to_string(fd_); }

 private:
  int fd_;
};

// A directory of its own below TMPDIR, made once for all inputs and removed at the end.
class Directory {
 public:
  Directory() {
    const char* below = std::getenv("TMPDIR");
    path_ = std::string(below == nullptr ? "/tmp" : below) + "/recover-fuzz-XXXXXX";
    require(::mkdtemp(path_.data()) != nullptr, "a directory can be made");
  }
  ~Directory();
  Directory(const Directory&) = delete;
  Directory& operator=(const Directory&) = delete;

  const std::string& path() const { return path_; }
  std::string put(const std::string& name, std::string_view content) const;
  void clear() const;  // of all that is in it

 private:
  std::string path_;
};

// Processes of which each answers with the next of the texts, as bconsole would: a greeting, the echo of each
// line said, and after the last of them the text. A text that begins with a `!` is all that it says. When
// there are no more texts the Director is gone.
class Answers : public system::Processes {
 public:
  explicit Answers(std::vector<std::string_view> texts, std::size_t piece = 4096)
      : texts_(std::move(texts)), piece_(piece == 0 ? 1 : piece) {}

  system::ProcessResult run(const system::ProcessSpec& spec, const system::Sink& sink) override;
  std::unique_ptr<system::Child> start(const std::vector<std::string>&) override {
    throw Failed("There is no child", "Nothing can be done");
  }
  void pause(std::chrono::milliseconds) override {}

 private:
  std::vector<std::string_view> texts_;
  std::size_t next_ = 0, piece_;
};

}  // namespace recover::fuzz
