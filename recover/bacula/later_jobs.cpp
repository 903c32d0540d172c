#include "recover/bacula/later_jobs.hpp"

#include "recover/bacula/session_label.hpp"

namespace recover::bacula {

std::set<EndedJob> jobs_ended_behind(const std::string& volume, std::uint64_t bytes) {
  std::set<EndedJob> jobs;
  for (const auto& session : sessions_ended_behind(volume, bytes))
    jobs.insert({session.job_id, session.session_id, session.session_time});
  return jobs;
}

}  // namespace recover::bacula
