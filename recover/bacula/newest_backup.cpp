#include "recover/bacula/newest_backup.hpp"

#include <sys/stat.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <optional>
#include <utility>

#include "recover/bacula/bootstrap.hpp"
#include "recover/bacula/bootstrap_comments.hpp"
#include "recover/bacula/session_label.hpp"
#include "recover/bacula/volume.hpp"
#include "recover/error.hpp"
#include "recover/system/files.hpp"

namespace recover::bacula {
namespace {

namespace fs = std::filesystem;

// Labels of a session stand in its last block; behind it there may be the catalog's own backup, and others.
constexpr std::uint64_t most_of_a_volume = std::uint64_t{256} << 20U;
constexpr std::time_t slack = 2;  // some filesystems count in steps of two seconds

KnownJob known(const EndedSession& session) {
  KnownJob job{session.session_id, session.session_time, {}};
  job.job.id = session.job_id;
  job.job.name = session.job;
  job.job.level = level_name(session.level);
  job.job.start = session.ended;
  job.job.files = session.files;
  job.job.bytes = session.bytes;
  return job;
}

// The Storage Daemon numbers its sessions from its start.
using Order = std::pair<std::uint32_t, std::uint32_t>;
Order order_of(const KnownJob& job) {
  return {job.session_time, job.session_id};
}

// Where the bootstrap file ends on each volume, and when it was written.
struct Known {
  std::map<std::string, std::uint64_t> ends;
  std::time_t written = 0;
};

void read_bootstrap(const NewestRequest& request, NewestBackup& newest, Known& known) try {
  struct stat status {};
  if (::stat(request.bootstrap.c_str(), &status) != 0) {
    newest.problem = "there is no bootstrap file " + request.bootstrap;
    return;
  }
  const auto text = system::read_file(request.bootstrap);
  const auto bootstrap = parse_bootstrap(text, request.bootstrap);
  known.written = status.st_mtime;
  for (const auto& range : bootstrap.ranges)
    for (const auto& interval : range.addresses) {
      auto& end = known.ends[range.volume];
      end = std::max(end, interval.last + 1);
    }
  const auto sessions = commented_sessions(text, bootstrap);
  const auto is_own = [&](const auto& session) {
    return session.job.name == request.backup_job;
  };
  // Two jobs may write one file, as JobDefs have it; where none has the name, it is told of no other.
  const bool named = std::any_of(sessions.begin(), sessions.end(), is_own);
  for (const auto& session : sessions) {
    KnownJob job{session.session_id, session.session_time, session.job};
    if (job.job.name.empty()) job.job.name = request.backup_job;
    (named && !is_own(session) ? newest.others : newest.jobs).push_back(std::move(job));
  }
} catch (const Error& error) {
  if (error.exit() == Exit::interrupted) throw;
  newest.problem = error.problem();
}

bool is_volume(const fs::path& path) {
  try {
    return begins_like_a_volume(path.string()) &&
           read_label(path.string()).volume == path.filename().string();
  } catch (const Error&) {
    return false;
  }
}

std::vector<EndedSession> read_volumes(const NewestRequest& request, const Known& known,
                                       NewestBackup& newest) {
  std::vector<EndedSession> sessions;
  std::error_code unreadable;
  for (const auto& entry : fs::directory_iterator(request.volumes, unreadable)) {
    const auto name = entry.path().filename().string();
    struct stat status {};
    if (!is_volume_name(name) || ::stat(entry.path().c_str(), &status) != 0 || !S_ISREG(status.st_mode))
      continue;
    if (status.st_mtime + slack < known.written) continue;
    const auto size = static_cast<std::uint64_t>(status.st_size);
    const auto end = known.ends.find(name);
    const auto from =
        std::max(end == known.ends.end() ? 0 : end->second, size - std::min(size, most_of_a_volume));
    if (from >= size || !is_volume(entry.path())) continue;
    newest.read += size - from;
    try {
      for (auto& session : sessions_ended_behind(entry.path().string(), from))
        sessions.push_back(std::move(session));
    } catch (const Failed&) {
      // Whoever needs this volume says so.
    }
  }
  std::sort(sessions.begin(), sessions.end(), [](const auto& a, const auto& b) {
    return std::pair(a.session_time, a.session_id) < std::pair(b.session_time, b.session_id);
  });
  return sessions;
}

}  // namespace

std::string words_of(const KnownJob& job) {
  std::string words = job.job.name;
  if (job.job.id > 0) words += " (job " + std::to_string(job.job.id) + ")";
  for (const auto& more : {job.job.level, job.job.start})
    if (!more.empty()) words += ", " + more;
  return words;
}

NewestBackup find_newest_backup(const NewestRequest& request) {
  NewestBackup newest;
  Known bootstrap;
  read_bootstrap(request, newest, bootstrap);
  const bool told = !newest.jobs.empty();
  const auto last = told ? order_of(newest.jobs.back()) : Order{};
  for (const auto& session : read_volumes(request, bootstrap, newest)) {
    if (session.type != 'B' || (session.status != 'T' && session.status != 'W')) continue;
    auto job = known(session);
    // What is older may have been pruned from the catalog, and nobody misses it.
    if (order_of(job) <= last) continue;
    const bool own = session.job == request.backup_job;
    if (own && !told) newest.jobs.clear();
    (own ? newest.jobs : newest.others).push_back(std::move(job));
  }
  if (!request.as_of.empty())
    for (auto* jobs : {&newest.jobs, &newest.others})
      std::erase_if(*jobs, [&](const auto& job) { return job.job.start > request.as_of; });
  return newest;
}

}  // namespace recover::bacula
