#include "recover/bacula/names.hpp"

#include <algorithm>
#include <cctype>
#include <optional>

#include "recover/system/text.hpp"

namespace recover::bacula {
namespace {

using system::lower;

bool is_word(const std::string& text, const char* word) {
  return lower(text) == word;
}

std::string names_of(const std::vector<const Resource*>& resources) {
  std::vector<std::string> names;
  for (const auto* resource : resources) names.push_back(resource->name());
  return system::joined(names);
}

// A list where one name is wanted: "File1, File2".
std::string first_of_list(const std::string& text) {
  const auto first = text.substr(0, text.find(','));
  return first.substr(0, first.find_last_not_of(' ') + 1);
}

class Finder {
 public:
  Finder(const Configurations& from, const Hints& hints) : from_(from), hints_(hints) {}

  Names find() {
    find_director();
    find_client();
    const auto* job = find_backup_job();
    find_fileset(job);
    find_storage(job);
    find_bootstrap(job);
    find_catalog_bootstrap();
    find_restore_job();
    find_device();
    find_catalog();
    return std::move(names_);
  }

 private:
  void guess(const char* key, std::string why) { names_.guesses.emplace(key, std::move(why)); }
  void miss(const char* key, std::string why) { names_.missing.emplace(key, std::move(why)); }

  bool has_director_file(const char* key) {
    if (!from_.director.file.empty()) return true;
    miss(key, "there is no bacula-dir.conf here: it stands in the Director's configuration");
    return false;
  }

  // What the job does not say, its JobDefs does, and that one's in turn.
  std::string of_job(const Resource& job, const std::string& key) const {
    const auto* at = &job;
    for (int i = 0; at != nullptr && i < 8; ++i) {
      if (auto value = at->value(key); !value.empty()) return value;
      at = from_.director.find("jobdefs", at->value("jobdefs"));
    }
    return "";
  }

  // One of several: what an earlier profile said, else the first, which is a guess.
  const Resource* choose(const char* key, const std::vector<const Resource*>& some, const std::string& before,
                         const std::string& why) {
    if (some.empty()) return nullptr;
    const auto known = std::find_if(some.begin(), some.end(),
                                    [&before](const auto* resource) { return resource->name() == before; });
    const bool kept = known != some.end();
    if (some.size() > 1)
      guess(key, why + (kept ? ", and was in the profile before: " : ": ") + names_of(some));
    return kept ? *known : some.front();
  }

  void find_director() {
    auto some = from_.director.of_kind("director");
    if (some.empty()) some = from_.console.of_kind("director");
    if (some.empty()) some = from_.client.of_kind("director");
    const auto* one = choose("director", some, hints_.before.director, "several Directors are named here");
    if (one == nullptr) return miss("director", "no configuration file of Bacula names one");
    names_.director = one->name();
  }

  void find_client() {
    std::string own;
    for (const char* kind : {"filedaemon", "client"})
      for (const auto* daemon : from_.client.of_kind(kind)) own = daemon->name();
    const auto all = from_.director.of_kind("client");
    if (all.empty()) {
      names_.client = own;
      if (own.empty()) return miss("client", "neither bacula-dir.conf nor bacula-fd.conf names one");
      return guess("client", "the name in bacula-fd.conf; bacula-dir.conf is not here");
    }
    if (from_.director.find("client", own) != nullptr) {
      names_.client = own;
      return;
    }
    std::vector<const Resource*> here;
    for (const auto* client : all)
      if (std::find(hints_.own_names.begin(), hints_.own_names.end(), lower(client->value("address"))) !=
          hints_.own_names.end())
        here.push_back(client);
    const auto* one = choose("client", here.empty() ? all : here, hints_.before.client,
                             "several Clients could be this machine");
    names_.client = one->name();
    if (all.size() > 1 || here.empty())
      guess("client", "bacula-fd.conf calls itself \"" + own + "\", which no Client of the Director is");
  }

  // Which of its files a FileSet names; "/" is what a whole machine needs.
  std::vector<std::string> files_of(const std::string& name) const {
    std::vector<std::string> files;
    if (const auto* fileset = from_.director.find("fileset", name))
      for (const auto& nested : fileset->nested)
        if (nested.kind == "include")
          for (auto& file : nested.all("file")) files.push_back(std::move(file));
    return files;
  }

  std::vector<const Resource*> jobs_of_type(const char* type) const {
    std::vector<const Resource*> jobs;
    for (const auto* job : from_.director.of_kind("job"))
      if (is_word(of_job(*job, "type"), type)) jobs.push_back(job);
    return jobs;
  }

  bool is_off(const Resource& job) const {
    const auto enabled = of_job(job, "enabled");
    return is_word(enabled, "no") || is_word(enabled, "false");
  }

  const Resource* find_backup_job() {
    if (!has_director_file("backup-job")) return nullptr;
    std::vector<const Resource*> mine, whole;
    for (const auto* job : jobs_of_type("backup")) {
      if (of_job(*job, "client") != names_.client || is_off(*job)) continue;
      mine.push_back(job);
      const auto files = files_of(of_job(*job, "fileset"));
      if (std::find(files.begin(), files.end(), "/") != files.end()) whole.push_back(job);
    }
    if (mine.empty()) {
      miss("backup-job", "no Job of type Backup is for the Client \"" + names_.client + "\"");
      return nullptr;
    }
    const bool covers = !whole.empty();
    auto& some = covers ? whole : mine;
    const auto size = [this](const Resource* job) {
      return files_of(of_job(*job, "fileset")).size();
    };
    std::stable_sort(some.begin(), some.end(), [&](auto* a, auto* b) { return size(a) > size(b); });
    const auto* job = choose(
        "backup-job", some, hints_.before.backup_job,
        std::to_string(some.size()) + " backup jobs are for this Client; this one has the largest FileSet");
    names_.backup_job = job->name();
    if (!covers) guess("backup-job", "its FileSet does not name the directory \"/\"");
    return job;
  }

  void find_fileset(const Resource* job) {
    if (job == nullptr) return miss("fileset", "it stands in the backup job, and that was not found");
    names_.fileset = of_job(*job, "fileset");
    if (names_.fileset.empty()) return miss("fileset", "the backup job names none");
    if (from_.director.find("fileset", names_.fileset) == nullptr)
      guess("fileset", "the backup job names it, but bacula-dir.conf does not hold it");
  }

  void find_storage(const Resource* job) {
    if (job == nullptr) return miss("storage", "it stands in the backup job, and that was not found");
    auto list = of_job(*job, "storage");
    if (list.empty())
      if (const auto* pool = from_.director.find("pool", of_job(*job, "pool"))) list = pool->value("storage");
    names_.storage = first_of_list(list);
    if (list.empty()) return miss("storage", "neither the backup job nor its Pool names one");
    if (names_.storage != list) guess("storage", "the backup job may write to several: " + list);
  }

  // edit_job_codes() in lib/util.c. Nothing for what differs from run to run: that cannot stand in a profile.
  std::optional<std::string> expanded(const Resource& job, const std::string& text) const {
    std::string path;
    for (std::size_t i = 0; i < text.size(); ++i) {
      if (text[i] != '%' || i + 1 == text.size()) {
        path += text[i];
        continue;
      }
      switch (text[++i]) {
        case '%':
          path += '%';
          break;
        case 'c':
          path += of_job(job, "client");
          break;
        case 'd':
          path += names_.director;
          break;
        case 'n':
          path += job.name();
          break;
        default:
          return std::nullopt;
      }
    }
    return path;
  }

  void find_bootstrap(const Resource* job) {
    if (job == nullptr) return miss("bootstrap", "it stands in the backup job, and that was not found");
    const auto text = of_job(*job, "writebootstrap");
    if (text.empty())
      return miss("bootstrap",
                  "the backup job \"" + job->name() +
                      "\" writes no bootstrap file: without the Director's catalog nothing tells "
                      "what is on the volumes. Give it a Write Bootstrap on the storage volume");
    const auto path = expanded(*job, text);
    if (!path)
      return miss("bootstrap", "Write Bootstrap is \"" + text + "\": another file for each run of the job");
    if (!path->starts_with('/')) return miss("bootstrap", "Write Bootstrap is \"" + text + "\", not a path");
    names_.bootstrap = *path;
  }

  // The job that runs Bacula's make_catalog_backup first, whatever its name.
  void find_catalog_bootstrap() {
    for (const auto* job : jobs_of_type("backup")) {
      if (is_off(*job) || !dumps_catalog(*job)) continue;
      const auto path = expanded(*job, of_job(*job, "writebootstrap"));
      // One that two jobs write tells of neither for sure.
      if (path && path->starts_with('/') && *path != names_.bootstrap) names_.catalog_bootstrap = *path;
    }
  }

  bool dumps_catalog(const Resource& job) const {
    constexpr const char* script = "make_catalog_backup";
    if (of_job(job, "runbeforejob").find(script) != std::string::npos) return true;
    for (const auto* at : {&job, from_.director.find("jobdefs", job.value("jobdefs"))})
      if (at != nullptr)
        for (const auto& nested : at->nested)
          if (nested.kind == "runscript" && nested.value("command").find(script) != std::string::npos)
            return true;
    return false;
  }

  void find_restore_job() {
    if (!has_director_file("restore-job")) return;
    auto some = jobs_of_type("restore");
    std::stable_partition(some.begin(), some.end(),
                          [this](auto* job) { return of_job(*job, "client") == names_.client; });
    const auto* job =
        choose("restore-job", some, hints_.before.restore_job, "there are several Jobs of type Restore");
    if (job == nullptr) return miss("restore-job", "bacula-dir.conf has no Job of type Restore");
    names_.restore_job = job->name();
  }

  void find_device() {
    const char* const nowhere = "there is no bacula-sd.conf here: the Storage Daemon runs elsewhere";
    if (from_.storage.file.empty()) {
      miss("device", nowhere);
      return miss("archive-device", nowhere);
    }
    std::string wanted;
    if (const auto* storage = from_.director.find("storage", names_.storage))
      wanted = first_of_list(storage->value("device"));
    if (wanted.empty() && !names_.storage.empty()) {
      // Director's Autochanger resources are storages too.
      if (const auto* changer = from_.director.find("autochanger", names_.storage))
        wanted = first_of_list(changer->value("device"));
    }
    const auto* device = from_.storage.find("device", wanted);
    if (const auto* changer = from_.storage.find("autochanger", wanted); changer && device == nullptr) {
      std::vector<const Resource*> drives;
      for (const auto& list : changer->all("device"))
        if (const auto* drive = from_.storage.find("device", first_of_list(list))) drives.push_back(drive);
      device = choose("device", drives, hints_.before.device,
                      "\"" + wanted + "\" is an autochanger of several drives");
    }
    if (device == nullptr) {
      device = choose("device", from_.storage.of_kind("device"), hints_.before.device,
                      "the Director's Storage names none of those in bacula-sd.conf");
      if (device != nullptr)
        guess("device", "the Director's Storage names \"" + wanted + "\", bacula-sd.conf only this one");
    }
    if (device == nullptr) {
      miss("device", "bacula-sd.conf has no Device");
      return miss("archive-device", "bacula-sd.conf has no Device");
    }
    names_.device = device->name();
    names_.archive_device = device->value("archivedevice");
    while (names_.archive_device.size() > 1 && names_.archive_device.back() == '/')
      names_.archive_device.pop_back();
    if (!names_.archive_device.starts_with('/')) {
      miss("archive-device", "the Device \"" + names_.device + "\" has no directory as Archive Device");
      names_.archive_device.clear();
    }
  }

  void find_catalog() {
    std::string text;
    for (const auto* catalog : from_.director.of_kind("catalog")) {
      for (const char* key : {"dbdriver", "dbtype"})
        if (text.empty()) text = lower(catalog->value(key));
    }
    for (const auto& [word, kind] : std::map<std::string, std::string>{
             {"postgres", "postgresql"}, {"pgsql", "postgresql"}, {"mysql", "mysql"}, {"sqlite", "sqlite3"}})
      if (text.find(word) != std::string::npos) names_.catalog = kind;
    if (!names_.catalog.empty()) return;
    const auto& installed = hints_.catalogs;
    if (installed.empty())
      return miss("catalog", "neither the Catalog resource nor what is installed tells its kind");
    const auto before = std::find(installed.begin(), installed.end(), hints_.before.catalog);
    names_.catalog = before != installed.end() ? *before : installed.front();
    guess("catalog", installed.size() == 1
                         ? "the only kind that is installed; the Catalog resource names none"
                         : "several kinds are installed: " + system::joined(installed));
  }

  const Configurations& from_;
  const Hints& hints_;
  Names names_;
};

}  // namespace

Configurations read_configurations(const std::string& directory, const std::string& root) {
  Configurations read;
  read.director = read_configuration(directory + "/bacula-dir.conf", root);
  read.storage = read_configuration(directory + "/bacula-sd.conf", root);
  read.client = read_configuration(directory + "/bacula-fd.conf", root);
  read.console = read_configuration(directory + "/bconsole.conf", root);
  for (const auto* one : {&read.director, &read.storage, &read.client, &read.console})
    if (!one->file.empty()) read.directory = directory;
  return read;
}

Names find_names(const Configurations& configurations, const Hints& hints) {
  return Finder(configurations, hints).find();
}

void prefer_environment(Names& names, const Names& environment) {
  const auto prefer = [&](const char* key, std::string Names::*field) {
    const auto& there = environment.*field;
    if (there.empty() || there == names.*field) return;
    if (!(names.*field).empty())
      names.guesses[key] =
          "so in the recovery environment; the machine's configuration says \"" + names.*field + "\"";
    names.missing.erase(key);
    names.*field = there;
  };
  prefer("director", &Names::director);
  prefer("restore-job", &Names::restore_job);
  prefer("storage", &Names::storage);
  prefer("device", &Names::device);
  prefer("archive-device", &Names::archive_device);
}

}  // namespace recover::bacula
