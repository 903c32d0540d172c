#include "recover/bacula/session_label.hpp"

#include <algorithm>
#include <cstdlib>
#include <limits>

#include "recover/bacula/volume_blocks.hpp"
#include "recover/system/machine.hpp"
#include "recover/system/signals.hpp"

namespace recover::bacula {
namespace {

constexpr std::int32_t end_of_session = -5;  // FileIndex of such a record; its Stream is the JobId
constexpr std::size_t record_header = 12;
constexpr std::uint32_t version = 11;

// Fields one behind the other, all big-endian, strings with a NUL at their end.
class Fields {
 public:
  explicit Fields(std::string_view bytes) : bytes_(bytes) {}

  std::string text() {
    const auto end = bytes_.find('\0');
    if (end == std::string_view::npos) return give_up();
    std::string found(bytes_.substr(0, end));
    bytes_.remove_prefix(end + 1);
    return found;
  }
  std::uint32_t number() {
    if (bytes_.size() < 4) return give_up(), 0;
    const auto found = big_endian(bytes_, 0);
    bytes_.remove_prefix(4);
    return found;
  }
  std::uint64_t large() {
    const std::uint64_t high = number();
    return high << 32U | number();
  }
  void skip(std::size_t count) {
    if (bytes_.size() < count) give_up();
    bytes_.remove_prefix(std::min(count, bytes_.size()));
  }
  bool whole() const { return whole_; }

 private:
  std::string give_up() {
    whole_ = false;
    bytes_ = {};
    return {};
  }
  std::string_view bytes_;
  bool whole_ = true;
};

char letter(std::uint32_t value) {
  return value >= 'A' && value <= 'z' ? static_cast<char>(value) : '?';
}

}  // namespace

std::optional<EndedSession> parse_session_end(std::string_view label) {
  constexpr std::size_t real = 8;
  Fields fields(label);
  if (!fields.text().starts_with("Bacula 1.0 ") || fields.number() != version) return std::nullopt;
  EndedSession session;
  session.job_id = fields.number();
  const auto written = fields.large() / 1'000'000;  // microseconds
  fields.skip(real);
  fields.text();  // pool
  fields.text();  // its type
  session.job = fields.text();
  session.client = fields.text();
  fields.text();  // the job's unique name
  session.fileset = fields.text();
  session.type = letter(fields.number());
  session.level = letter(fields.number());
  fields.text();  // the FileSet's digest
  session.files = fields.number();
  session.bytes = static_cast<std::int64_t>(fields.large() & std::numeric_limits<std::int64_t>::max());
  for (int i = 0; i < 5; ++i) fields.number();  // where it begins and ends, and its errors
  session.status = letter(fields.number());
  if (!fields.whole()) return std::nullopt;
  if (written < std::uint64_t{1} << 40U)
    session.ended = system::bacula_time(static_cast<std::int64_t>(written));
  return session;
}

std::vector<EndedSession> sessions_ended_behind(const std::string& volume, std::uint64_t bytes) {
  std::vector<EndedSession> sessions;
  VolumeBlocks blocks(volume, {{bytes, std::numeric_limits<std::int64_t>::max()}});
  for (Block block; blocks.next(block);) {
    system::throw_if_interrupted();
    for (auto records = block.records; block.fault.empty() && records.size() >= record_header;) {
      const auto index = static_cast<std::int32_t>(big_endian(records, 0));
      const auto stream = static_cast<std::int32_t>(big_endian(records, 4));
      const std::size_t length = big_endian(records, 8);
      records.remove_prefix(record_header);
      if (index == end_of_session) {
        auto& session =
            sessions.emplace_back(parse_session_end(records.substr(0, length)).value_or(EndedSession{}));
        session.job_id = std::llabs(stream);  // negative where it goes on from the block before
        session.session_id = block.session_id;
        session.session_time = block.session_time;
      }
      records.remove_prefix(std::min(records.size(), length));
    }
  }
  return sessions;
}

}  // namespace recover::bacula
