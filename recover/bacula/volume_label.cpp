#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>

#include "recover/bacula/volume.hpp"
#include "recover/bacula/volume_blocks.hpp"
#include "recover/error.hpp"
#include "recover/system/files.hpp"
#include "recover/system/text.hpp"

namespace recover::bacula {
namespace {

constexpr std::string_view family = "Bacula 1.0 ";
constexpr std::string_view plain = "Bacula 1.0 immortal\n";
constexpr std::uint32_t version = 11;

[[noreturn]] void no_label(const std::string& path, const std::string& why) {
  throw Failed("The file " + path + " is no Bacula volume: " + why,
               "See that the right directory of volumes is given, and that the volume is whole");
}

// The NUL-terminated strings of a label.
class Strings {
 public:
  explicit Strings(std::string_view bytes) : bytes_(bytes) {}
  std::string next() {
    const std::size_t end = std::min(bytes_.find('\0'), bytes_.size());
    std::string text(bytes_.substr(0, end));
    bytes_.remove_prefix(std::min(end + 1, bytes_.size()));
    return text;
  }

 private:
  std::string_view bytes_;
};

}  // namespace

bool begins_like_a_volume(const std::string& path) {
  constexpr std::size_t magic_at = 12;
  const system::Descriptor file(::open(path.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC));
  std::array<char, 16> begin{};
  if (!file || ::pread(file.get(), begin.data(), begin.size(), 0) != static_cast<ssize_t>(begin.size()))
    return false;
  return std::string_view(begin.data() + magic_at, 4) == "BB02";
}

VolumeLabel read_label(const std::string& path) {
  struct stat status {};
  if (::stat(path.c_str(), &status) == 0 && S_ISDIR(status.st_mode)) {
    throw Refused(
        "The volume " + path + " is a directory, as cloud volumes are; this program reads plain file volumes",
        "Restore through the Director, whose Storage Daemon knows cloud volumes");
  }
  VolumeBlocks blocks(path, {});
  Block block;
  if (!blocks.next(block)) no_label(path, "it is empty");
  if (!block.fault.empty()) no_label(path, "its first block cannot be read (" + block.fault + ")");
  // FileIndex -2 is a volume's label, -1 one that `label` wrote and no job has used yet.
  constexpr std::size_t record_header = 12;
  const std::string_view records = block.records;
  if (records.size() < record_header) no_label(path, "its first block is empty");
  const auto index = static_cast<std::int32_t>(big_endian(records, 0));
  const std::size_t length = big_endian(records, 8);
  if ((index != -1 && index != -2) || length > records.size() - record_header) {
    no_label(path, "its first record is no label");
  }
  const std::string_view label = records.substr(record_header, length);
  const std::string id(label.substr(0, label.find('\0')));
  if (id != plain && id.rfind(family, 0) == 0) {
    throw Refused("The volume " + path + " is labelled \"" + system::printable(id.substr(0, id.find('\n'))) +
                      "\": this program reads plain file volumes, no aligned, dedup or cloud ones",
                  "Restore through the Director, whose Storage Daemon knows them");
  }
  // After the identity and its NUL: version, and four times of 8 bytes.
  const std::size_t fixed = plain.size() + 1 + 4 + 4 * 8;
  if (id != plain || label.size() < fixed || big_endian(label, plain.size() + 1) != version) {
    no_label(path, "its label is of a kind that is not known");
  }
  Strings strings(label.substr(fixed));
  VolumeLabel result;
  result.volume = strings.next();
  strings.next();  // the volume before it
  result.pool = strings.next();
  strings.next();  // the pool's type
  result.media_type = strings.next();
  result.host = strings.next();
  // Version, when it was labelled, when it was written: microseconds since 1970 (Storage Media Output
  // Format).
  const std::size_t written = plain.size() + 1 + 4 + 8;
  const auto microseconds = std::uint64_t{big_endian(label, written)} << 32U | big_endian(label, written + 4);
  constexpr std::uint64_t second = 1'000'000, latest = std::uint64_t{1} << 40U;
  if (microseconds / second < latest) result.written = static_cast<std::int64_t>(microseconds / second);
  return result;
}

}  // namespace recover::bacula
