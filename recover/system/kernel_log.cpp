#include "recover/system/kernel_log.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "recover/system/text.hpp"

namespace recover::system {
namespace {

constexpr std::size_t most_errors = 3;
// block/blk-core.c, fs/buffer.c, fs/ext4/super.c, fs/btrfs/messages.c, fs/fat/misc.c
constexpr std::string_view signs[] = {"I/O error",   "medium error", "critical target error", "EXT4-fs error",
                                      "BTRFS error", "BTRFS: error", "FAT-fs (error"};

}  // namespace

std::string device_error(std::string_view record) {
  // "6,339,5140900,-;message\n SUBSYSTEM=block\n": Documentation/ABI/testing/dev-kmsg
  const auto begin = record.find(';');
  if (begin == std::string_view::npos) return "";
  const auto text = record.substr(begin + 1, record.find('\n', begin) - begin - 1);
  const bool tells = std::any_of(std::begin(signs), std::end(signs),
                                 [&](auto sign) { return text.find(sign) != std::string_view::npos; });
  return tells ? printable(std::string(text)) : "";
}

KernelLog::KernelLog() : file_(::open("/dev/kmsg", O_RDONLY | O_NONBLOCK | O_CLOEXEC)) {
  if (file_) ::lseek(file_.get(), 0, SEEK_END);
}

std::vector<std::string> KernelLog::device_errors() {
  std::vector<std::string> errors;
  char record[8192];
  while (file_) {
    const auto got = ::read(file_.get(), record, sizeof record);
    if (got < 0 && (errno == EPIPE || errno == EINTR)) continue;  // EPIPE: some were overwritten meanwhile
    if (got <= 0) break;
    const auto error = device_error({record, static_cast<std::size_t>(got)});
    if (error.empty() || errors.size() == most_errors) continue;
    if (std::find(errors.begin(), errors.end(), error) == errors.end()) errors.push_back(error);
  }
  return errors;
}

}  // namespace recover::system
