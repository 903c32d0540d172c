#include "recover/bacula/read_files.hpp"

#include <algorithm>
#include <utility>

#include "recover/system/text.hpp"

namespace recover::bacula {
namespace {

constexpr std::size_t most_problems = 20;
constexpr DigestKind every_kind[] = {DigestKind::md5, DigestKind::sha1, DigestKind::sha256,
                                     DigestKind::sha512};

std::string shown(const VolumeFile& file) {
  return file.name.empty() ? "FileIndex " + std::to_string(file.index) : system::printable(file.name);
}

}  // namespace

void add_problem(Proof& proof, const std::string& sentence) {
  if (std::find(proof.problems.begin(), proof.problems.end(), sentence) != proof.problems.end()) return;
  if (proof.problems.size() < most_problems)
    proof.problems.push_back(sentence);
  else
    ++proof.more_problems;
}

FilesReader::FilesReader(Proof& proof, MissingFiles& missing, std::function<void(std::int64_t)> on_block)
    : proof_(proof), missing_(missing), on_block_(std::move(on_block)) {}

void FilesReader::read(const std::string& volumes_directory, const Bootstrap& bootstrap) {
  if (bootstrap.ranges.empty()) return;
  for_each_file(
      volumes_directory, bootstrap, [this](const VolumeFile& each) { file(each); }, this);
  const auto rest = again(bootstrap);
  if (rest.ranges.empty()) return;
  every_kind_ = true;
  for_each_file(
      volumes_directory, rest, [this](const VolumeFile& each) { file(each); }, this);
}

// What its session showed too late.
Bootstrap FilesReader::again(const Bootstrap& bootstrap) {
  Bootstrap rest;
  for (auto range : bootstrap.ranges) {
    const auto session = sessions_.find({range.session_time, range.session_id});
    if (session == sessions_.end() || session->second.again.empty()) continue;
    range.file_indexes = merged(session->second.again);
    rest.ranges.push_back(std::move(range));
  }
  return rest;
}

void FilesReader::block(std::uint64_t length) {
  ++proof_.blocks;
  proof_.bytes += static_cast<std::int64_t>(length);
  on_block_(static_cast<std::int64_t>(length));
}

void FilesReader::fault(const std::string& sentence) {
  add_problem(proof_, sentence);
}

void FilesReader::record(const VolumeFile& file, const RecordPart& part) {
  auto& session = sessions_[{file.session_time, file.session_id}];
  if (file.index != session.current) {
    session.current = file.index;
    session.bytes = 0;
    if (every_kind_ || session.kinds.empty()) {
      session.data.begin(every_kind);
    } else {
      const std::vector<DigestKind> kinds(session.kinds.begin(), session.kinds.end());
      session.data.begin(kinds);
    }
  }
  session.data.take(part);
  session.bytes += static_cast<std::int64_t>(part.data.size());
}

void FilesReader::file(const VolumeFile& file) {
  const MissingFiles::Session key{file.session_time, file.session_id};
  auto& session = sessions_[key];
  const bool with_records = std::exchange(session.current, 0) == file.index;
  if (!file.damage.empty()) return missing_.add(key, file.index, file.name);
  const auto stored = with_records ? session.data.stored_kind() : DigestKind::none;
  if (stored != DigestKind::none && !every_kind_ && !session.kinds.empty() &&
      session.kinds.insert(stored).second) {
    const auto index = static_cast<std::uint64_t>(file.index);
    session.again.push_back({index, index});
    return;
  }
  if (stored != DigestKind::none) session.kinds.insert(stored);
  if (const auto what = with_records ? wrong_data(file, session) : std::string(); !what.empty()) {
    add_problem(proof_, shown(file) + ": " + what);
    return missing_.add(key, file.index, file.name);
  }
  ++proof_.whole;
  proof_.data += session.bytes;
}

std::string FilesReader::wrong_data(const VolumeFile& file, Session& session) {
  auto& data = session.data;
  if (data.damaged()) return data.problem();
  const auto kind = data.stored_kind();
  // Data of a kind that this program cannot take apart is not proven by it, and no damage.
  if (!data.problem().empty() || kind == DigestKind::none) {
    proof_.without_digest += data.has_data() ? 1 : 0;
    return {};
  }
  // The second name of a file has no data, and its first name's digest.
  if (file.type == file_type::hard_link && !data.has_data()) return {};
  if (data.digest(kind) != data.stored()) return "its data does not give the stored " + name_of(kind);
  ++proof_.digests;
  return {};
}

}  // namespace recover::bacula
