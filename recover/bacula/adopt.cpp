#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <functional>
#include <map>
#include <sstream>
#include <utility>

#include "recover/bacula/bootstrap.hpp"
#include "recover/bacula/bootstrap_comments.hpp"
#include "recover/bacula/choose.hpp"
#include "recover/bacula/digest.hpp"
#include "recover/bacula/keep.hpp"
#include "recover/bacula/volume.hpp"
#include "recover/error.hpp"
#include "recover/system/files.hpp"
#include "recover/system/text.hpp"

namespace recover::bacula {
namespace {

using Key = std::pair<std::uint32_t, std::uint32_t>;  // VolSessionTime, VolSessionId

// One version of one name: sixteen bytes, so that a million files cost 16 MB. Two names with the same hash
// are one in 2^64 for each pair: not once in a million systems of a million files.
struct Version {
  std::uint64_t name = 0;     // hash
  std::uint32_t session = 0;  // place in the order of the sessions
  std::int32_t index = 0;     // negative: deleted
};

bool older(const Version& a, const Version& b) {
  if (a.name != b.name) return a.name < b.name;
  if (a.session != b.session) return a.session < b.session;
  // A folder that became a file is noted as deleted by the same job that backed the file up, and behind it.
  if ((a.index < 0) != (b.index < 0)) return a.index < 0;
  return std::abs(a.index) < std::abs(b.index);
}

// The sessions of the bootstrap in its order, which is the jobs' own, each with what is known of its job.
struct Session {
  Key key;
  BackupJob job;
};

std::vector<Session> sessions_of(const std::string& text, const Bootstrap& bootstrap) {
  std::vector<Session> sessions;
  for (auto& session : commented_sessions(text, bootstrap))
    sessions.push_back({{session.session_time, session.session_id}, std::move(session.job)});
  return sessions;
}

// Only what had been backed up by then. The times are those of the Director's comments, one form for all, so
// that text compares as time does.
void leave_out_later(const std::string& as_of, const std::string& source, std::vector<Session>& sessions,
                     Bootstrap& bootstrap) {
  const bool told =
      std::none_of(sessions.begin(), sessions.end(), [](const auto& s) { return s.job.name.empty(); });
  if (!told)
    throw Failed("The bootstrap file " + source + " does not say when its jobs ran, so " + as_of +
                     " cannot be told apart",
                 "Restore the newest backup, without --as-of, or mend the Director");
  if (sessions.empty() || sessions.front().job.start > as_of)
    throw Failed("The bootstrap file " + source + " begins with a backup that is later than " + as_of,
                 "Only the Director knows older backups: mend it, or restore without --as-of");
  std::erase_if(sessions, [&](const auto& session) { return session.job.start > as_of; });
  std::erase_if(bootstrap.ranges, [&](const auto& range) {
    const Key key{range.session_time, range.session_id};
    return std::none_of(sessions.begin(), sessions.end(),
                        [&](const auto& session) { return session.key == key; });
  });
}

// Which versions are to be restored: the FileIndexes of each session, merged.
using Chosen = std::vector<std::vector<Interval>>;

void choose(Chosen& chosen, std::size_t session, std::int32_t index) {
  auto& indexes = chosen[session];
  const auto at = static_cast<std::uint64_t>(index);
  if (indexes.empty() || indexes.back().last + 1 != at) indexes.push_back({at, at});
  indexes.back().last = at;
}

bool is_chosen(const std::vector<Interval>& indexes, std::uint64_t index) {
  const auto behind =
      std::upper_bound(indexes.begin(), indexes.end(), index,
                       [](std::uint64_t value, const Interval& interval) { return value < interval.first; });
  return behind != indexes.begin() && std::prev(behind)->last >= index;
}

void take_newest(std::vector<Version>& versions, Chosen& chosen) {
  std::sort(versions.begin(), versions.end(), older);
  // What is left stands in the order of the names; the newest are gathered in that of their numbers.
  const auto end = std::unique(versions.rbegin(), versions.rend(),
                               [](const Version& a, const Version& b) { return a.name == b.name; });
  versions.erase(versions.begin(), end.base());
  std::sort(versions.begin(), versions.end(), [](const Version& a, const Version& b) {
    return std::pair(a.session, a.index) < std::pair(b.session, b.index);
  });
  for (const auto& version : versions)
    if (version.index >= 0) choose(chosen, version.session, version.index);
}

std::vector<Interval> common(const std::vector<Interval>& a, const std::vector<Interval>& b) {
  std::vector<Interval> result;
  for (auto x = a.begin(), y = b.begin(); x != a.end() && y != b.end();) {
    const Interval both{std::max(x->first, y->first), std::min(x->last, y->last)};
    if (both.first <= both.last) result.push_back(both);
    (x->last < y->last ? x : y)++;
  }
  return result;
}

// The bootstrap with only the chosen versions: without the older ones and the deleted files, which bextract
// would bring back.
Bootstrap narrowed(const Bootstrap& bootstrap, const std::vector<Session>& sessions, const Chosen& chosen) {
  Bootstrap result;
  for (BootstrapRange range : bootstrap.ranges) {
    const Key key{range.session_time, range.session_id};
    const auto session =
        std::find_if(sessions.begin(), sessions.end(), [&](const Session& s) { return s.key == key; });
    const auto& wanted = chosen[static_cast<std::size_t>(session - sessions.begin())];
    range.file_indexes = range.file_indexes.empty() ? wanted : common(merged(range.file_indexes), wanted);
    range.count = 0;
    for (const auto& interval : range.file_indexes) range.count += interval.last - interval.first + 1;
    if (!range.file_indexes.empty()) result.ranges.push_back(std::move(range));
  }
  return result;
}

// The digest of each session's file, which comes behind its data.
class Digests : public RecordReader {
 public:
  void block(std::uint64_t) override {}
  void fault(const std::string&) override {}
  void record(const VolumeFile& file, const RecordPart& part) override {
    constexpr int kind_mask = 0x7FF;  // of a stream's number; above are flags
    constexpr std::size_t longest = 64;
    if (digest_of_stream(part.stream & kind_mask) == DigestKind::none) return;
    auto& last = last_[{file.session_time, file.session_id}];
    if (part.begins || last.first != file.index) last = {file.index, ""};
    if (last.second.size() + part.data.size() <= longest) last.second += part.data;
  }
  // As the catalog has it; empty: there is none, or a damaged block touches the file.
  std::string of(const VolumeFile& file) const {
    const auto found = last_.find({file.session_time, file.session_id});
    if (found == last_.end() || found->second.first != file.index || !file.damage.empty()) return "";
    return catalog_digest(found->second.second);
  }

 private:
  std::map<Key, std::pair<std::int32_t, std::string>> last_;
};

// The list as the volumes hold it, with "SESSION FILEINDEX " before each stat packet until it is known which
// versions count.
std::string tag(std::size_t session, std::int32_t index) {
  return std::to_string(session) + " " + std::to_string(index) + " ";
}

}  // namespace

namespace {

// Before the first is read for long: a volume that is not there, and what is on it.
void require_volumes(const std::string& directory, const Bootstrap& bootstrap) {
  for (const auto& volume : bootstrap.volumes()) {
    if (system::exists(directory + "/" + volume)) continue;
    Bootstrap on_it;
    for (const auto& range : bootstrap.ranges)
      if (range.volume == volume) on_it.ranges.push_back(range);
    throw Failed("The volume " + system::printable(volume) + " is missing in " + directory + ": " +
                     std::to_string(on_it.files()) + " of the " + std::to_string(bootstrap.files()) +
                     " files that the backup jobs have written stand on it",
                 "Find the volume, or a copy of it; or choose a moment with --as-of whose backup does not "
                 "need it");
  }
}

}  // namespace

Backup adopt_bootstrap(const AdoptRequest& request) {
  const std::string text = system::read_file(request.bootstrap);
  Bootstrap bootstrap = parse_bootstrap(text, request.bootstrap);
  auto sessions = sessions_of(text, bootstrap);
  if (!request.as_of.empty()) leave_out_later(request.as_of, request.bootstrap, sessions, bootstrap);
  std::map<Key, std::size_t> places;
  for (std::size_t i = 0; i < sessions.size(); ++i) places[sessions[i].key] = i;

  clear_keep(request.keep);
  require_volumes(request.volumes, bootstrap);
  const std::string path = request.keep + "/backup.files", every = path + ".every";
  std::vector<Version> versions;
  // A damaged block hides from this program who they are; bextract -p may still get them out of it.
  Chosen chosen(sessions.size());
  Backup backup;
  {
    FileListWriter all(every);
    Digests digests;
    for_each_file(
        request.volumes, bootstrap,
        [&](const VolumeFile& file) {
          const std::size_t session = places.at({file.session_time, file.session_id});
          auto& job = sessions[session].job;
          ++job.files;
          if (!file.damage.empty()) {
            ++backup.damaged;
            if (request.on_damage) request.on_damage(file);
          }
          if (file.name.empty()) {
            return choose(chosen, session, file.index);
          }
          ListedFile listed{file.name, file.lstat, digests.of(file)};
          if (listed.name.size() > 1 && listed.name.back() == '/') listed.name.pop_back();
          const bool gone = file.type == file_type::deleted;
          versions.push_back({std::hash<std::string>{}(listed.name), static_cast<std::uint32_t>(session),
                              gone ? -file.index : file.index});
          if (gone) return;
          job.bytes += data_bytes(listed);
          listed.lstat = tag(session, file.index) + listed.lstat;
          all.add(listed);
        },
        &digests);
    all.finish();
  }
  take_newest(versions, chosen);
  for (auto& indexes : chosen) indexes = merged(std::move(indexes));

  FileListWriter list(path);
  read_file_list(every, [&](const ListedFile& tagged) {
    std::istringstream words(tagged.lstat);
    std::size_t session = 0, index = 0;
    words >> session >> index;
    if (!is_chosen(chosen[session], index)) return;
    ListedFile file{tagged.name, {}, tagged.digest};
    std::getline(words >> std::ws, file.lstat);
    list.add(file);
    ++backup.files;
    backup.bytes += data_bytes(file);
  });
  list.finish();
  ::unlink(every.c_str());
  if (backup.files == 0) {
    throw Failed(
        "The volumes in " + request.volumes + " hold no file of the bootstrap file " + request.bootstrap,
        "See that volumes and bootstrap file belong together");
  }
  const Bootstrap kept = narrowed(bootstrap, sessions, chosen);
  system::write_file(request.keep + "/backup.bsr", to_text(kept), 0600);
  backup.volumes = kept.volumes();
  for (auto& session : sessions) backup.jobs.push_back(std::move(session.job));
  write_backup(request.keep, backup);
  return backup;
}

}  // namespace recover::bacula
