#include "recover/bacula/volume_session.hpp"

#include <algorithm>
#include <charconv>
#include <cstdlib>

#include "recover/bacula/volume_blocks.hpp"
#include "recover/error.hpp"
#include "recover/system/text.hpp"

namespace recover::bacula {
namespace {

constexpr std::size_t record_header = 12;
constexpr std::size_t longest_attributes = 1024 * 1024;  // names, links and plugins' data: far less in truth
// A number that is wrong can ask for two thousand millions, each of which would be told.
constexpr std::int64_t most_missing = 1 << 24;
constexpr std::size_t most_sentences = 10;  // of one file: a long one may lie in many damaged blocks

// Streams, their lower eleven bits; above are flags.
int kind(std::int32_t stream) {
  return std::abs(stream) & 0x7FF;
}
bool is_attributes(int kind) {
  return kind == 1 || kind == 5;
}
bool is_encrypted(int kind) {
  return (kind >= 20 && kind <= 25) || kind == 32 || kind == 33;
}
bool is_acl(int kind) {
  return kind == 15 || kind == 16 || (kind >= 1000 && kind <= 1050);
}
bool is_xattr(int kind) {
  return kind >= 1950 && kind <= 1999;
}
// A volume's own label, also one that no job has used yet: it bears the session that wrote it, and stands in
// the midst of a record that goes on from the volume before.
bool is_volume_label(std::int32_t index) {
  return index == -1 || index == -2;
}
constexpr int restore_object = 28;  // of a plugin: has a FileIndex, but is no file

}  // namespace

VolumeSession::VolumeSession(std::uint32_t id, std::uint32_t time, std::vector<Interval> wanted,
                             const Each& each, RecordReader* reader)
    : id_(id), time_(time), wanted_(std::move(wanted)), each_(each), reader_(reader) {}

// Takes the first record off; false when no whole header is left.
bool VolumeSession::take_record(std::string_view& block, Record& record) {
  if (block.size() < record_header) return false;
  record.index = static_cast<std::int32_t>(big_endian(block, 0));
  record.stream = static_cast<std::int32_t>(big_endian(block, 4));
  record.length = big_endian(block, 8);
  block.remove_prefix(record_header);
  record.data = block.substr(0, record.length);
  block.remove_prefix(record.data.size());
  return true;
}

void VolumeSession::records(std::string_view block, bool checked) {
  Record one;
  while (take_record(block, one)) record(one, {}, checked);
}

void VolumeSession::doubtful_records(std::string_view block, const std::string& fault) {
  if (!hangs_together(block)) return lost(fault);
  Record one;
  while (take_record(block, one)) record(one, fault, true);
}

// Whether the headers are such as could stand there: then the wrong byte is most likely in some record's
// data.
bool VolumeSession::hangs_together(std::string_view block) const {
  Record one;
  std::int64_t index = last_;
  bool first = true;
  while (take_record(block, one)) {
    const bool goes_on = one.stream < 0;
    const bool expected = first && left_ > 0;
    if (goes_on != expected) return false;
    if (expected && (one.length != left_ || one.index != left_index_ || -one.stream != left_stream_))
      return false;
    if (one.stream == 0 && one.index > 0) return false;
    if (one.index > 0) {
      if (one.index < index || one.index > index + 1) return false;
      if (one.index != index && !is_attributes(kind(one.stream))) return false;
      index = one.index;
    } else if (one.index < -8 || one.index == 0) {
      return false;
    }
    first = false;
  }
  return !first;
}

bool VolumeSession::wanted(std::int64_t index) const {
  if (wanted_.empty()) return true;
  const auto value = static_cast<std::uint64_t>(index);
  const auto at =
      std::lower_bound(wanted_.begin(), wanted_.end(), value,
                       [](const Interval& interval, std::uint64_t v) { return interval.last < v; });
  return at != wanted_.end() && at->first <= value;
}

void VolumeSession::damage(const std::string& sentence) {
  if (!open_ || file_.damage.size() >= most_sentences) return;
  if (std::find(file_.damage.begin(), file_.damage.end(), sentence) == file_.damage.end()) {
    file_.damage.push_back(sentence);
  }
}

void VolumeSession::lost(const std::string& fault) {
  damage(fault);
  if (gap_.empty()) gap_ = fault;
  left_ = 0;
  attributes_.clear();
}

void VolumeSession::record(const Record& record, const std::string& fault, bool checked) {
  if (is_volume_label(record.index)) return;
  const bool goes_on = record.stream < 0;
  if (goes_on && left_ > 0 && record.index == left_index_ && record.length == left_ &&
      -record.stream == left_stream_) {
    // As it should.
  } else if (goes_on || left_ > 0) {
    lost(gap_.empty() ? "a record's beginning or end is missing" : gap_);
  }
  left_ = record.length - static_cast<std::uint32_t>(record.data.size());
  left_stream_ = std::abs(record.stream);
  left_index_ = record.index;
  if (record.index <= 0) {
    gap_.clear();
    return;
  }
  const int what = kind(record.stream);
  if (!open_ || record.index != file_.index) begin_file(record.index, is_attributes(what) && !goes_on);
  gap_.clear();
  if (!fault.empty()) damage(fault);
  if (what == restore_object) {
    open_ = false;
  } else if (wanted(record.index)) {
    if (is_encrypted(what)) {
      throw Refused("The backup is encrypted: " + system::printable(file_.name) + " in session " +
                        std::to_string(id_) + " has an encrypted stream",
                    "Restore through the Director to a File Daemon that has the key");
    }
    stream(what, record.data, left_ == 0);
    if (reader_ != nullptr)
      reader_->record(file_, {left_stream_, record.data, !goes_on, left_ == 0, checked});
  }
}

// `with_attributes`: its first record, so that nothing of it can be missing before.
void VolumeSession::begin_file(std::int32_t index, bool with_attributes) {
  end_file();
  missing(last_ + 1, index - 1);
  open_ = true;
  named_ = false;
  file_ = {};
  file_.session_id = id_;
  file_.session_time = time_;
  file_.index = index;
  last_ = std::max<std::int64_t>(last_, index);
  attributes_.clear();
  if (!with_attributes && !gap_.empty()) damage(gap_);
}

void VolumeSession::end_file() {
  if (!open_) return;
  if (left_ > 0 && left_index_ == file_.index) damage("its end is missing");
  if (!named_ && file_.damage.empty()) damage("its attributes are not on the volumes");
  open_ = false;
  if (wanted(file_.index)) each_(file_);
}

// Files of which nothing was seen.
void VolumeSession::missing(std::int64_t from, std::int64_t to) {
  VolumeFile none;
  none.session_id = id_;
  none.session_time = time_;
  none.damage.push_back(gap_.empty() ? "not found on the volumes" : gap_);
  auto tell = [&](std::int64_t begin, std::int64_t end) {
    missing_ += std::max<std::int64_t>(0, end - begin + 1);
    if (missing_ > most_missing) {
      throw Failed("Of session " + std::to_string(id_) + " of " + std::to_string(time_) + " " +
                       std::to_string(missing_) +
                       " files are not on the volumes: numbers in them, or in the bootstrap file, are wrong",
                   "See that all volumes are there, and that they and the bootstrap file belong together");
    }
    for (std::int64_t index = begin; index <= end; ++index) {
      none.index = static_cast<std::int32_t>(index);
      each_(none);
    }
  };
  // Without a list of what is wanted, only damage tells that something is missing.
  if (wanted_.empty() && !gap_.empty()) tell(from, to);
  for (const auto& interval : wanted_) {
    tell(std::max(from, static_cast<std::int64_t>(interval.first)),
         std::min(to, static_cast<std::int64_t>(interval.last)));
  }
}

void VolumeSession::stream(std::int32_t what, std::string_view data, bool complete) {
  if (is_acl(what)) file_.has_acl = true;
  if (is_xattr(what)) file_.has_xattr = true;
  if (!is_attributes(what) || named_) return;
  if (attributes_.size() + data.size() > longest_attributes) {
    damage("its attributes are too long to be any");
    attributes_.clear();
    named_ = true;
    return;
  }
  attributes_ += data;
  if (complete) attributes();
}

// "FILEINDEX TYPE NAME" NUL LSTAT NUL LINK NUL ... That FileIndex need not be the record's.
void VolumeSession::attributes() {
  const std::string_view text = attributes_;
  const char* end = text.data() + text.size();
  std::int32_t index = 0;
  const auto number = std::from_chars(text.data(), end, index);
  const bool blank = number.ptr != end && *number.ptr == ' ';
  const auto type = blank ? std::from_chars(number.ptr + 1, end, file_.type) : number;
  if (!blank || number.ec != std::errc{} || type.ec != std::errc{} || type.ptr == end || *type.ptr != ' ' ||
      index <= 0) {
    return damage("its attributes cannot be read");
  }
  file_.text_index = index;
  std::string_view rest = text.substr(static_cast<std::size_t>(type.ptr + 1 - text.data()));
  auto next = [&] {
    const std::size_t nul = std::min(rest.find('\0'), rest.size());
    const std::string_view field = rest.substr(0, nul);
    rest.remove_prefix(std::min(nul + 1, rest.size()));
    return std::string(field);
  };
  file_.name = next();
  file_.lstat = next();
  file_.link = next();
  named_ = true;
  attributes_.clear();
  if (file_.name.empty()) damage("its attributes cannot be read");
}

void VolumeSession::finish() {
  end_file();
  if (!wanted_.empty()) missing(last_ + 1, static_cast<std::int64_t>(wanted_.back().last));
}

}  // namespace recover::bacula
