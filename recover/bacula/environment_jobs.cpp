// Of the Director's jobs only those that restore, and nothing that prunes.
#include <algorithm>

#include "recover/bacula/environment_maker.hpp"
#include "recover/system/text.hpp"

namespace recover::bacula {

// What the job does not say, its JobDefs does, and that one's in turn.
std::string EnvironmentMaker::of_job(const ConfigurationNode& job, const std::string& key) const {
  const auto* at = &job;
  for (int i = 0; at != nullptr && i < 8; ++i) {
    if (auto value = at->text(key); !value.empty()) return value;
    at = named(director, "jobdefs", at->text("jobdefs"));
  }
  return "";
}

std::string EnvironmentMaker::type_of(const ConfigurationNode& job) const {
  return keyword(of_job(job, "type"));
}

void EnvironmentMaker::restrict_jobs() {
  std::set<std::string> defaults;  // JobDefs of jobs that stay
  for (const auto* job : of_kind(director, {"job"})) {
    const auto type = type_of(*job);
    if (type != "restore") {
      take_out(*job, type.empty() ? "its Type is not known"
                                  : "a job of Type " + of_job(*job, "type") + " does more than restore");
      continue;
    }
    made.restore_jobs.push_back(job->name());
    tame(*job);
    auto name = job->text("jobdefs");
    for (int i = 0; !name.empty() && i < 8; ++i) {
      defaults.insert(name);
      const auto* one = named(director, "jobdefs", name);
      name = one == nullptr ? "" : one->text("jobdefs");
    }
  }
  for (const auto* jobdefs : of_kind(director, {"jobdefs"})) {
    const auto type = keyword(jobdefs->text("type"));
    const bool restores = type.empty() || type == "restore";
    if (!defaults.contains(jobdefs->name()) && !restores) {
      take_out(*jobdefs, "no job that stays is made from it");
      continue;
    }
    tame(*jobdefs);
    if (!restores)
      set(*jobdefs, "type", "Type", "Restore",
          "a job that restores is made from it, none that writes may be");
  }
  for (const auto* nodes : {&director, &client})
    for (const auto& node : *nodes) {
      if (!node.block) continue;
      if (node.word == "schedule")
        take_out(node, "nothing may begin by itself");
      else if (node.word != "job" && node.word != "jobdefs")
        take_out(node, {"schedule"}, "there are no Schedules");
    }
  if (made.restore_jobs.empty()) make_restore_job();
  const auto& jobs = made.restore_jobs;
  if (!needs.restore_job.empty() && std::find(jobs.begin(), jobs.end(), needs.restore_job) == jobs.end())
    refuse("No Job of Type Restore is named \"" + needs.restore_job + "\"; there is " + system::joined(jobs),
           "Correct the name of the restore job in the machine profile");
}

// What starts something else, refers to a job that is gone, or ends a restore that takes its time.
void EnvironmentMaker::tame(const ConfigurationNode& job) {
  take_out(job, {"schedule"}, "there are no Schedules");
  take_out(job,
           {"runscript", "runbeforejob", "runafterjob", "runafterfailedjob", "clientrunbeforejob",
            "clientrunafterjob", "consolerunbeforejob", "consolerunafterjob"},
           "what it runs belongs to the machine, not to a rescue system");
  take_out(job, {"run"}, "it starts another job");
  take_out(job, {"verifyjob", "jobtoverify", "base"}, "the job that it names is not here");
  take_out(job, {"maxruntime", "maxrunschedtime", "maxwaittime", "maxstartdelay"},
           "a restore of the whole machine may take longer");
  for (const char* key : {"rescheduleonerror", "prunejobs", "prunefiles", "prunevolumes"})
    if (const auto* node = job.find(key); node != nullptr && is_yes(job.text(key)))
      take_out(*node, std::string(key) == "rescheduleonerror"
                          ? "a restore that failed is not begun again unasked"
                          : "nothing may be pruned from the catalog");
}

void EnvironmentMaker::make_restore_job() {
  const auto first_of = [this](const char* kind) {
    const auto all = of_kind(director, {kind});
    return all.empty() ? "" : all.front()->name();
  };
  const ConfigurationNode* like = nullptr;  // the job that backs this machine up
  for (const auto* job : of_kind(director, {"job"}))
    if (like == nullptr && type_of(*job) == "backup" && of_job(*job, "client") == made.client) like = job;
  const auto choose = [&](const std::string& wanted, const char* kind) {
    if (!wanted.empty()) return wanted;
    auto of_backup = like == nullptr ? "" : of_job(*like, kind);
    if (named(director, kind, of_backup) != nullptr) return of_backup;
    return first_of(kind);
  };
  const std::vector<std::pair<const char*, std::string>> parts{
      {"Client", made.client},
      {"FileSet", choose(needs.fileset, "fileset")},
      {"Storage", made.storages.empty() ? "" : made.storages.front()},
      {"Pool", choose(needs.pool, "pool")},
      {"Messages", choose("", "messages")}};
  std::string job = "Job {\n  Name = \"RecoverFiles\"\n  Type = Restore\n";
  for (const auto& [key, name] : parts) {
    if (name.empty() || name.find_first_of("\"\\\n") != std::string::npos) {
      // Without the machine's Client or Storage that is said already.
      if (std::string(key) != "Client" && std::string(key) != "Storage")
        refuse("No Job of Type Restore is configured, and none can be made: there is no " + std::string(key),
               "Add a Job of Type Restore to " + directory + "/bacula-dir.conf");
      return;
    }
    job += std::string("  ") + key + " = \"" + name + "\"\n";
  }
  const auto main_file = std::find_if(text.files.begin(), text.files.end(), [this](const auto& file) {
    return file.path == directory + "/bacula-dir.conf";
  });
  const auto index = static_cast<std::size_t>(main_file - text.files.begin());
  edits.append(index, job + "  Where = /var/tmp/bacula-restores\n}\n");
  const auto end = main_file->text.size();
  change({index, end, end}, "Job \"RecoverFiles\" added", "the machine has no Job of Type Restore");
  made.restore_jobs.push_back("RecoverFiles");
}

// After each job, a restore too, the Director prunes the Client's jobs and files (do_autoprune() in
// dird/autoprune.c), unless told otherwise.
void EnvironmentMaker::stop_pruning() {
  const std::string why = "nothing may be pruned from the catalog, and no volume used again";
  for (const auto* node : of_kind(director, {"director"}))
    if (is_yes(node->text("autoprune"))) set(*node, "autoprune", "Auto Prune", "no", why);
  for (const auto* node : of_kind(director, {"client", "pool"}))
    if (keyword(node->text("autoprune")) != "no") set(*node, "autoprune", "Auto Prune", "no", why);
  for (const auto* pool : of_kind(director, {"pool"})) {
    if (keyword(pool->text("recycle")) != "no") set(*pool, "recycle", "Recycle", "no", why);
    take_out(*pool, {"recycleoldestvolume", "recyclecurrentvolume", "purgeoldestvolume", "actiononpurge"},
             why);
  }
}

}  // namespace recover::bacula
