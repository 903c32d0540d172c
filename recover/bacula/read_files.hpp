// Reads every block of a bootstrap, puts the files together and recomputes each one's digest from its data,
// by what stands on the volumes alone.
#pragma once

#include <functional>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "recover/bacula/bootstrap.hpp"
#include "recover/bacula/file_data.hpp"
#include "recover/bacula/missing_files.hpp"
#include "recover/bacula/proof.hpp"
#include "recover/bacula/volume.hpp"

namespace recover::bacula {

class FilesReader : public RecordReader {
 public:
  // What is found is added to both. `on_block` is told of each block's length.
  FilesReader(Proof& proof, MissingFiles& missing, std::function<void(std::int64_t)> on_block);

  // Throws as for_each_file() does.
  void read(const std::string& volumes_directory, const Bootstrap& bootstrap);

  void block(std::uint64_t length) override;
  void fault(const std::string& sentence) override;
  void record(const VolumeFile& file, const RecordPart& part) override;

 private:
  // The digest stands behind the data, so its kind must be known beforehand: at first every kind is computed,
  // then what the session has shown. A file that shows another kind is read once more.
  struct Session {
    FileData data;
    std::int32_t current = 0;  // FileIndex that data is of
    std::int64_t bytes = 0;    // of it
    std::set<DigestKind> kinds;
    std::vector<Interval> again;
  };

  void file(const VolumeFile& file);
  std::string wrong_data(const VolumeFile& file, Session& session);
  Bootstrap again(const Bootstrap& bootstrap);

  Proof& proof_;
  MissingFiles& missing_;
  std::function<void(std::int64_t)> on_block_;
  std::map<MissingFiles::Session, Session> sessions_;
  bool every_kind_ = false;
};

// Unless it is told already.
void add_problem(Proof& proof, const std::string& sentence);

}  // namespace recover::bacula
