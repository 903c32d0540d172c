// Hostile volumes: every file of them with its streams, digests and link numbers, and what else looks into
// volumes.
#include "recover/bacula/volume.hpp"

#include <map>

#include "recover/bacula/file_data.hpp"
#include "recover/bacula/later_jobs.hpp"
#include "recover/bacula/locate.hpp"
#include "recover/bacula/lstat.hpp"
#include "recover/bacula/session_label.hpp"
#include "recover/bacula/text_numbers.hpp"
#include "tests/fuzz/volumes.hpp"

namespace recover::fuzz {
namespace {

class Reader : public bacula::RecordReader {
 public:
  void block(std::uint64_t length) override {
    bytes_ += length;
    require(bytes_ < std::uint64_t{1} << 32, "no more is read than there is");
  }
  void fault(const std::string& sentence) override { require(!sentence.empty(), "a fault is said"); }
  void record(const bacula::VolumeFile& file, const bacula::RecordPart& part) override {
    require(file.index > 0 && part.stream >= 0, "what is read is a file's");
    if (file.index != index_) {
      kind_ = static_cast<bacula::DigestKind>(1 + file.index % 4);
      data_.begin(kind_);
    }
    index_ = file.index;
    data_.take(part);
    if (part.ends) data_.stored();
  }
  void end() {
    if (index_ != 0) data_.digest(kind_);
    index_ = 0;
  }

 private:
  bacula::FileData data_;
  bacula::DigestKind kind_ = bacula::DigestKind::sha1;
  std::int32_t index_ = 0;
  std::uint64_t bytes_ = 0;
};

}  // namespace

void try_input(std::string_view input) {
  const Volumes volumes(input);
  std::set<bacula::FileKey> whole;
  answered([&] {
    Reader reader;
    std::map<std::pair<std::uint32_t, std::uint32_t>, bacula::TextNumbers> numbers;
    bacula::for_each_file(
        volumes.path(), volumes.bootstrap(),
        [&](const bacula::VolumeFile& file) {
          reader.end();
          require(!file.name.empty() || !file.damage.empty(), "a file without a name is damaged");
          require(file.damage.size() <= 10, "a file's damage is told in a few sentences");
          if (file.damage.empty()) whole.insert({file.session_time, file.session_id, file.index});
          if (file.name.empty()) return;
          answered([&] {
            auto& session = numbers[{file.session_id, file.session_time}];
            session.add(file);
            session.index_of(bacula::parse_lstat(file.lstat).link_index);
          });
        },
        &reader);
  });
  answered([&] { bacula::locate_files(volumes.path(), volumes.bootstrap(), whole); });
  for (const auto& name : volumes.names()) {
    answered([&] { bacula::jobs_ended_behind(volumes.path() + "/" + name, 100); });
    answered([&] { bacula::sessions_ended_behind(volumes.path() + "/" + name, 100); });
  }
  bacula::parse_session_end(input);
}

}  // namespace recover::fuzz
