#include "recover/backup_text.hpp"

#include "recover/system/machine.hpp"
#include "recover/system/text.hpp"

namespace recover {
namespace {

std::string age_of(const std::string& start, std::int64_t now) {
  const auto then = system::seconds_of_local_time(start);
  if (then == 0) return "";
  return then > now ? " (in the future: look at the clock of this system)"
                    : " (" + system::human_seconds(now - then) + " ago)";
}

}  // namespace

std::string jobs_text(const std::vector<bacula::BackupJob>& jobs, std::int64_t now) {
  std::string text;
  for (const auto& job : jobs)
    text += "   " + (job.level.empty() ? std::string("backup") : job.level) +
            (job.name.empty() ? "" : " \"" + system::printable(job.name) + "\"") +
            (job.id > 0 ? ", job " + std::to_string(job.id) : std::string()) + ", of " + job.start +
            age_of(job.start, now) +
            (job.errors > 0
                 ? "\n      WITH " + std::to_string(job.errors) +
                       " ERRORS: some of its files may be missing or damaged; --as-of chooses an earlier one"
                 : std::string()) +
            "\n";
  return text;
}

}  // namespace recover
