// The data of one file out of its records on a volume, and its digest, as the File Daemon computed it: over
// what it read, before it packed it. Memory: at most one packed record.
//
//     data.begin(DigestKind::sha1);
//     data.take(part);  // each part of each record of the file
//     if (data.problem().empty() && data.digest(DigestKind::sha1) == data.stored()) ...
#pragma once

#include <array>
#include <span>
#include <string>
#include <string_view>

#include "recover/bacula/digest.hpp"
#include "recover/bacula/unpack.hpp"
#include "recover/bacula/volume.hpp"

namespace recover::bacula {

class FileData {
 public:
  FileData();
  void begin(DigestKind kind);  // another file, and what to compute over its data
  void begin(std::span<const DigestKind> kinds);
  void take(const RecordPart& part);

  bool has_data() const { return has_data_; }
  // Some of the data stands in a block without a checksum.
  bool unchecked() const { return unchecked_; }
  // Why the data cannot be checked, as what follows the file's name and a colon; empty when it can.
  const std::string& problem() const { return problem_; }
  // Of the reasons, the one that is damage: packed data that does not unpack.
  bool damaged() const { return damaged_; }
  std::string stored() const;  // the digest on the volume, as the catalog has it; empty when there is none
  DigestKind stored_kind() const { return stored_kind_; }
  std::string digest(DigestKind kind);  // the one computed: of a kind that was begun with, and once

 private:
  void take_data(int kind, const RecordPart& part);
  void inflate(std::string_view data, const RecordPart& part);
  void collect(std::string_view data, const RecordPart& part);
  void unpack_collected();
  void add(std::string_view data);
  void wrong(std::string problem);
  void wrong_packed();

  std::array<Digest, 4> digests_;  // one for each kind
  Inflater inflater_;
  const UnpackedSink digester_;
  std::size_t offset_left_ = 0;  // bytes of the offset that a record of a sparse file begins with
  std::string packed_, room_;    // a packed record, and what it unpacks to
  std::string stored_;           // bytes
  DigestKind stored_kind_ = DigestKind::none;
  std::string problem_;
  bool has_data_ = false, unchecked_ = false, damaged_ = false;
};

}  // namespace recover::bacula
