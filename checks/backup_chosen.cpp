#include "checks/checks.hpp"
#include "recover/system/text.hpp"

namespace recover::checks {
namespace {

std::string summary(const bacula::Backup& backup) {
  std::string text;
  for (const auto& job : backup.jobs) {
    text += (text.empty() ? "" : ", then ") + (job.level.empty() ? std::string("job") : job.level);
    if (job.id > 0) text += " " + std::to_string(job.id);
    text += " of " + job.start;
  }
  text += "; " + std::to_string(backup.files) + " files";
  if (backup.bytes > 0) text += ", " + system::human_bytes(backup.bytes);
  return text + (backup.by_director ? "" : "; from its bootstrap file, without the Director");
}

Answer ask(const Profile&, const Facts& facts) {
  if (!facts.backup) return unknown("the Director has not been asked yet");
  const auto& backup = *facts.backup;
  if (backup.files == 0 || backup.jobs.empty())
    return fails("The backup that was chosen holds no files", "Choose another moment with --as-of");
  return holds(summary(backup));
}

}  // namespace

Check backup_chosen() {
  return {.name = "backup-chosen",
          .question = "Which backup will be restored, and how old is it?",
          .ask = ask,
          .refuses = true,
          .before_destroying = true};
}

}  // namespace recover::checks
