// The records of one backup session, put together to files. Record: FileIndex, Stream, length, each 32 bits
// big-endian, then the data. A record that does not fit goes on in the session's next block, on the next
// volume if need be: there its Stream is negative and its length what is left. A negative FileIndex is a
// label.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "recover/bacula/bootstrap.hpp"
#include "recover/bacula/volume.hpp"

namespace recover::bacula {

class VolumeSession {
 public:
  using Each = std::function<void(const VolumeFile&)>;

  VolumeSession(std::uint32_t id, std::uint32_t time, std::vector<Interval> wanted, const Each& each,
                RecordReader* reader);

  // The records of a block against which nothing speaks. `checked`: it has a checksum, which is right.
  void records(std::string_view block, bool checked);
  // Of one whose checksum is wrong: when they still hang together, the files that stand in it are named, each
  // with `fault`; else they are lost.
  void doubtful_records(std::string_view block, const std::string& fault);
  // A block, or a part of the volume, that cannot be read at all.
  void lost(const std::string& fault);
  void finish();  // no more will come

 private:
  struct Record {
    std::int32_t index = 0, stream = 0;
    std::uint32_t length = 0;  // what is left of it, of which a part may be in the next block
    std::string_view data;
  };
  static bool take_record(std::string_view& block, Record& record);
  bool hangs_together(std::string_view block) const;
  bool wanted(std::int64_t index) const;
  void record(const Record& record, const std::string& fault, bool checked);
  void begin_file(std::int32_t index, bool with_attributes);
  void end_file();
  void missing(std::int64_t from, std::int64_t to);
  void stream(std::int32_t stream, std::string_view data, bool complete);
  void attributes();
  void damage(const std::string& sentence);

  const std::uint32_t id_, time_;
  const std::vector<Interval> wanted_;
  const Each& each_;
  RecordReader* const reader_;  // or nullptr
  VolumeFile file_;
  bool open_ = false;         // file_ is being put together
  bool named_ = false;        // and its attributes have come
  std::int64_t last_ = 0;     // FileIndex of the last record
  std::int64_t missing_ = 0;  // files of which nothing was seen
  std::uint32_t left_ = 0;    // of a record that goes on in the next block
  std::int32_t left_stream_ = 0;
  std::int32_t left_index_ = 0;
  std::string attributes_;  // of an attribute record, as far as it has come
  std::string gap_;         // what was lost since the last good record
};

}  // namespace recover::bacula
