#include "recover/system/kernel_log.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "recover/system/text.hpp"

namespace recover::system {
namespace {

constexpr std::size_t most_errors = 3, most_words = 5;
// block/blk-core.c, fs/buffer.c, fs/ext4/super.c, fs/btrfs/messages.c, fs/fat/misc.c
constexpr std::string_view signs[] = {"I/O error",   "medium error", "critical target error", "EXT4-fs error",
                                      "BTRFS error", "BTRFS: error", "FAT-fs (error"};

std::string_view message_of(std::string_view record) {
  // "6,339,5140900,-;message\n SUBSYSTEM=block\n": Documentation/ABI/testing/dev-kmsg
  const auto begin = record.find(';');
  if (begin == std::string_view::npos) return {};
  return record.substr(begin + 1, record.find('\n', begin) - begin - 1);
}

// "(device loop3)", "(device loop3 state E)", "/dev/loop3 "; not loop33.
bool names(std::string_view text, std::string_view device) {
  for (auto at = text.find(device); at != std::string_view::npos; at = text.find(device, at + 1)) {
    const auto before = text.substr(0, at), behind = text.substr(at + device.size());
    const bool begins = before.ends_with("(device ") || before.ends_with("/dev/");
    if (begins && (behind.empty() || behind.find_first_of(" )]:,") == 0)) return true;
  }
  return false;
}

}  // namespace

std::string btrfs_word(std::string_view record, std::string_view device) {
  const auto text = message_of(record);
  const bool is_warning = text.starts_with("BTRFS") && !text.starts_with("BTRFS info") &&
                          !text.starts_with("BTRFS debug") && !text.starts_with("BTRFS: device ");
  return is_warning && !device.empty() && names(text, device) ? printable(std::string(text)) : "";
}

std::string device_error(std::string_view record) {
  const auto text = message_of(record);
  const bool tells = std::any_of(std::begin(signs), std::end(signs),
                                 [&](auto sign) { return text.find(sign) != std::string_view::npos; });
  return tells ? printable(std::string(text)) : "";
}

KernelLog::KernelLog() : file_(::open("/dev/kmsg", O_RDONLY | O_NONBLOCK | O_CLOEXEC)) {
  if (file_) ::lseek(file_.get(), 0, SEEK_END);
}

// Each record that came since, as long as there is one.
template <typename Each>
void KernelLog::read(const Each& each) {
  char record[8192];
  while (file_) {
    const auto got = ::read(file_.get(), record, sizeof record);
    if (got < 0 && (errno == EPIPE || errno == EINTR)) continue;  // EPIPE: some were overwritten meanwhile
    if (got <= 0) break;
    each(std::string_view(record, static_cast<std::size_t>(got)));
  }
}

std::vector<std::string> KernelLog::device_errors() {
  std::vector<std::string> errors;
  read([&](std::string_view record) {
    const auto error = device_error(record);
    if (error.empty() || errors.size() == most_errors) return;
    if (std::find(errors.begin(), errors.end(), error) == errors.end()) errors.push_back(error);
  });
  return errors;
}

std::vector<std::string> KernelLog::btrfs_words(const std::vector<std::string>& devices) {
  std::vector<std::string> words;
  read([&](std::string_view record) {
    for (const auto& device : devices) {
      const auto word = btrfs_word(record, device);
      if (word.empty() || words.size() == most_words) continue;
      if (std::find(words.begin(), words.end(), word) == words.end()) words.push_back(word);
    }
  });
  return words;
}

}  // namespace recover::system
