#include "recover/system/kernel_records.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>

#include "recover/system/text.hpp"

namespace recover::system {
namespace {

Descriptor open_log() {
  return Descriptor(::open("/dev/kmsg", O_RDONLY | O_NONBLOCK | O_CLOEXEC));
}

std::vector<std::string> read_on(const Descriptor& file) {
  std::vector<std::string> messages;
  char record[8192];
  while (file) {
    const auto got = ::read(file.get(), record, sizeof record);
    if (got < 0 && (errno == EPIPE || errno == EINTR)) continue;  // EPIPE: some were overwritten meanwhile
    if (got <= 0) break;
    if (auto message = kernel_message({record, static_cast<std::size_t>(got)}))
      messages.push_back(std::move(*message));
  }
  return messages;
}

}  // namespace

std::optional<std::string> kernel_message(std::string_view record) {
  const auto begin = record.find(';');
  if (begin == std::string_view::npos) return std::nullopt;
  // What is not printable in it the kernel has written as \xNN already.
  return printable(record.substr(begin + 1, record.find('\n', begin) - begin - 1));
}

std::optional<std::vector<std::string>> read_kernel_log() {
  const auto file = open_log();
  if (!file) return std::nullopt;
  return read_on(file);
}

KernelListener::KernelListener() : file_(open_log()) {
  if (file_) ::lseek(file_.get(), 0, SEEK_END);
}

std::vector<std::string> KernelListener::news() {
  return read_on(file_);
}

}  // namespace recover::system
