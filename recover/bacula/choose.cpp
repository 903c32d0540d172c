#include "recover/bacula/choose.hpp"

#include <algorithm>

#include "recover/bacula/bootstrap.hpp"
#include "recover/bacula/catalog.hpp"
#include "recover/bacula/director.hpp"
#include "recover/bacula/keep.hpp"
#include "recover/error.hpp"
#include "recover/system/files.hpp"
#include "recover/system/mount.hpp"
#include "recover/system/text.hpp"

namespace recover::bacula {
namespace {

using namespace std::chrono_literals;

// What the Director answered to `restore`.
struct Choice {
  std::vector<std::int64_t> jobs;
  std::string bootstrap;  // as the Director sees it
  std::int64_t files = 0;
};

// The rest of the line that holds `words` right at its beginning; empty when there is none.
std::string after(const std::string& answer, const std::string& words) {
  std::size_t at = answer.rfind(words, 0) == 0 ? 0 : answer.find("\n" + words);
  if (at == std::string::npos) return {};
  if (answer[at] == '\n') ++at;
  const std::size_t begin = at + words.size();
  return answer.substr(begin, std::min(answer.find('\n', begin), answer.size()) - begin);
}

std::string last_words(const std::string& answer) {
  const std::string tail = answer.size() > 600 ? answer.substr(answer.size() - 600) : answer;
  return system::printable(tail);
}

[[noreturn]] void none(const ChooseRequest& request, const std::string& words) {
  const std::string moment = request.as_of.empty() ? "" : " as of " + request.as_of;
  throw Failed(
      "There is no backup of client " + request.client + " with FileSet " + request.fileset + moment +
          " to restore; the Director said \"" + words + "\"",
      request.as_of.empty()
          ? "See in bconsole with `list jobs` what the catalog knows; when it is lost, make it anew from the "
            "volumes with bscan"
          : "Give a later moment with --as-of: it must lie after the end of a Full backup (`list jobs` in "
            "bconsole shows them)");
}

Choice parse_choice(const ChooseRequest& request, const std::string& answer) {
  // It must never come to this; when it did, it must be known.
  if (answer.find("Job queued. JobId=") != std::string::npos) {
    throw Failed("The Director started a restore when it was only asked to choose a backup: \"" +
                     last_words(answer) + "\"",
                 "Cancel that job in bconsole at once, and look at what it wrote");
  }
  for (const char* words : {"No Full backup before", "No jobs found", "No JobIds", "Nothing found"}) {
    if (const std::size_t at = answer.find(words); at != std::string::npos) {
      none(request,
           system::printable(answer.substr(at, std::min(answer.find('\n', at), answer.size()) - at)));
    }
  }
  if (answer.find("no files inserted into the tree") != std::string::npos) {
    throw Failed(
        "The catalog no longer holds the names of the files of this backup: \"" + last_words(answer) + "\"",
        "They were pruned (File Retention). Make the catalog anew from the volumes with bscan, or use the "
        "bootstrap file of the backup job");
  }
  Choice choice;
  std::string ids = after(answer, "You have selected the following JobIds: ");
  if (ids.empty()) ids = after(answer, "You have selected the following JobId: ");
  for (std::size_t begin = 0; begin < ids.size();) {
    const std::size_t end = std::min(ids.find(',', begin), ids.size());
    choice.jobs.push_back(whole_number(ids.substr(begin, end - begin)));
    begin = end + 1;
  }
  choice.bootstrap = after(answer, "Bootstrap records written to ");
  constexpr const char* selected = " files selected to be restored.";
  if (const std::size_t at = answer.find(selected); at != std::string::npos) {
    const std::size_t begin = answer.rfind('\n', at);
    choice.files = whole_number(answer.substr(begin == std::string::npos ? 0 : begin + 1,
                                              at - (begin == std::string::npos ? 0 : begin + 1)));
  } else if (answer.find("\n1 file selected to be restored.") != std::string::npos) {
    choice.files = 1;
  }
  if (choice.jobs.empty()) none(request, last_words(answer));
  if (choice.bootstrap.empty() || choice.files == 0) {
    throw Failed("The Director chose no files to restore; it said \"" + last_words(answer) + "\"",
                 "Say the same in bconsole, answer no to its last question, and see what it asks for: " +
                     choose_lines(request).front());
  }
  return choice;
}

std::vector<BackupJob> good_jobs(system::Processes& processes, const ChooseRequest& request,
                                 const std::vector<std::int64_t>& ids) {
  std::vector<BackupJob> jobs;
  for (const auto& found : catalog_jobs(processes, request.console, ids)) {
    // Errors in a job that ended well are the operator's to judge: they stand in the question.
    if (found.status != "T")
      throw Refused("The backup that would be restored needs job " + std::to_string(found.job.id) + " (" +
                        found.job.name + ", " + found.job.level + ", " + found.job.start +
                        "), which ended with status " + system::printable(found.status),
                    "Choose a moment before it with --as-of '" + found.job.start +
                        "', or look with `list joblog jobid=" + std::to_string(found.job.id) +
                        "` in bconsole at what went wrong");
    jobs.push_back(found.job);
  }
  return jobs;
}

// It is put between quotes in a line for the Director.
void check_moment(const std::string& moment) {
  constexpr std::string_view pattern = "dddd-dd-dd dd:dd:dd";
  const bool good = moment.size() == pattern.size() &&
                    std::equal(moment.begin(), moment.end(), pattern.begin(), [](char c, char wanted) {
                      return wanted == 'd' ? c >= '0' && c <= '9' : c == wanted;
                    });
  if (!good) {
    throw UsageError("\"" + system::printable(moment) + "\" is no moment to restore as of",
                     "Give it as YYYY-MM-DD HH:MM:SS, in local time");
  }
}

void check_names(system::Processes& processes, const ChooseRequest& request) {
  const auto facts = ask_director(processes, request.console);
  require_name(facts.clients, request.client, "Client");
  require_name(facts.filesets, request.fileset, "FileSet");
  if (!request.storage.empty()) require_name(facts.storages, request.storage, "Storage");
  if (!request.restore_job.empty()) require_name(facts.jobs, request.restore_job, "Job");
}

// A catalog that is older than the newest backup chooses the one before, and does so without a word.
void require_newest(system::Processes& processes, const ChooseRequest& request) {
  if (!request.as_of.empty() || request.newest.bootstrap.empty()) return;
  const auto jobs = find_newest_backup(request.newest).jobs;
  if (jobs.empty()) return;
  const auto& newest = jobs.back();
  const auto time = std::to_string(newest.session_time), id = std::to_string(newest.session_id);
  const auto known = query(processes, request.console,
                           "SELECT JobId FROM Job WHERE Type='B' AND JobStatus IN ('T','W') AND "
                           "((VolSessionTime=" +
                               time + " AND VolSessionId=" + id + ") OR (Name='" + request.newest.backup_job +
                               "' AND (VolSessionTime>" + time + " OR (VolSessionTime=" + time +
                               " AND VolSessionId>" + id + ")))) LIMIT 1",
                           1, 60s);
  if (known.empty())
    throw Failed("The catalog of the recovery environment does not know the newest backup of this machine, " +
                     system::printable(words_of(newest)) + "; the Director would choose an older one",
                 "Load the newest dump of the catalog there; or ask for what it knows, with --as-of");
}

// The Director does not say that it could not write the file: on a full volume it is empty, or cut off.
Bootstrap read_directors_bootstrap(const std::string& kept, const std::string& written) try {
  return parse_bootstrap(system::read_file(kept), written);
} catch (const UsageError& error) {
  throw Failed("The Director's own bootstrap file cannot be used; perhaps it had no room for it (" +
                   system::human_bytes(system::free_bytes(written)) + " free). " + error.problem(),
               "Make room on the volume that holds " + written + ", and run the same command again");
}

}  // namespace

std::vector<std::string> choose_lines(const ChooseRequest& request) {
  std::string line =
      "restore client=" + name_argument(request.client) + " fileset=" + name_argument(request.fileset);
  if (!request.restore_job.empty()) line += " restorejob=" + name_argument(request.restore_job);
  if (!request.storage.empty()) line += " storage=" + name_argument(request.storage);
  // Nothing is restored now; should it ever be, then not over anything.
  line += " where=/recover-must-not-restore-now";
  if (!request.as_of.empty()) check_moment(request.as_of);
  if (!request.as_of.empty()) line += " before=\"" + request.as_of + "\"";
  return {line + " select all done", "no"};
}

Backup choose_backup(system::Processes& processes, const ChooseRequest& request) {
  check_names(processes, request);
  require_newest(processes, request);
  const Choice choice =
      parse_choice(request, converse(processes, request.console, choose_lines(request), 60min));

  Backup backup;
  backup.by_director = true;
  backup.jobs = good_jobs(processes, request, choice.jobs);

  clear_keep(request.keep);
  const std::string kept = request.keep + "/backup.bsr";
  system::copy_file(request.root + choice.bootstrap, kept, 0600);
  const Bootstrap bootstrap = read_directors_bootstrap(kept, request.root + choice.bootstrap);
  backup.volumes = bootstrap.volumes();
  backup.files = static_cast<std::int64_t>(bootstrap.files());

  FileListWriter list(request.keep + "/backup.files");
  std::int64_t listed = 0;
  catalog_files(processes, request.console, request.catalog_kind, choice.jobs, [&](const ListedFile& file) {
    list.add(file);
    ++listed;
    backup.bytes += data_bytes(file);
  });
  // Measured: the two agree with hard links, deleted files, and directories that a job holds twice. The
  // number that the Director says is a third, and may be one less where MariaDB has the catalog (6290 of
  // 6291).
  if (listed != backup.files &&
      listed + catalog_objects(processes, request.console, choice.jobs) != backup.files) {
    const bool another = backup.files != choice.files;
    throw Failed("The Director says that it selected " + std::to_string(choice.files) +
                     " files; its bootstrap file " + request.root + choice.bootstrap + " holds " +
                     std::to_string(backup.files) + ", and the catalog lists " + std::to_string(listed) +
                     " for the same jobs",
                 another ? "Another restore may be going on: see `status director` in bconsole, and run the "
                           "same command again"
                         : "The catalog may have been pruned or damaged: run dbcheck, or make it anew from "
                           "the volumes with bscan");
  }
  list.finish();
  write_backup(request.keep, backup);
  return backup;
}

}  // namespace recover::bacula
