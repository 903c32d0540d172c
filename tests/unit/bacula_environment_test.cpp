#include "recover/bacula/environment_configuration.hpp"

#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

#include "recover/bacula/configuration.hpp"
#include "tests/unit/recorded_machine.hpp"

namespace recover::bacula {
namespace {

// Of tests/unit/bacula_wild: read as if it were /etc/bacula. A command prints an @ for each file of conf.d.
Sources wild(const std::string& name) {
  return {[name](const std::string& path) -> std::optional<std::string> {
            if (!path.starts_with("/etc/bacula/")) return std::nullopt;
            std::ifstream file(test::source_path("tests/unit/bacula_wild/" + name + path.substr(11)));
            if (!file) return std::nullopt;
            std::ostringstream all;
            all << file.rdbuf();
            return all.str();
          },
          [](const std::vector<std::string>&) -> std::optional<std::string> {
            return "@/etc/bacula/conf.d/clients.conf\n@/etc/bacula/conf.d/jobs.conf\n";
          }};
}

EnvironmentFiles make_wild(const std::string& name, const EnvironmentNeeds& needs = {}) {
  auto made = make_environment_configuration("/etc/bacula", wild(name), needs);
  for (const auto& refusal : made.refusals) ADD_FAILURE() << refusal.problem;
  return made;
}

Configuration read_back(const EnvironmentFiles& made, const std::string& file) {
  return parse_configuration(
      "/etc/bacula/" + file, [&made](const std::string& path) -> std::optional<std::string> {
        const auto found = made.files.find(path);
        return found == made.files.end() ? std::nullopt : std::optional(found->second.text);
      });
}

std::string all_that_is_shown(const EnvironmentFiles& made) {
  std::string all = made.difference;
  for (const auto& change : made.changes) all += change.file + change.what + change.why + "\n";
  for (const auto& refusal : made.refusals) all += refusal.problem + refusal.remedy + "\n";
  for (const auto& remark : made.remarks) all += remark + "\n";
  for (const auto& host : made.hosts) all += host + "\n";
  return all;
}

bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

bool has_change(const EnvironmentFiles& made, const std::string& file, std::size_t line,
                const std::string& what) {
  for (const auto& change : made.changes)
    if (change.file == "/etc/bacula/" + file && change.line == line && has(change.what, what)) return true;
  return false;
}

// What more_than_restore() asks the Director, asked of its configuration.
void expect_restore_only(const EnvironmentFiles& made) {
  const auto director = read_back(made, "bacula-dir.conf");
  EXPECT_TRUE(director.problems.empty()) << director.problems.front();
  EXPECT_TRUE(director.of_kind("schedule").empty());
  EXPECT_FALSE(director.of_kind("job").empty());
  for (const auto* kind : {"job", "jobdefs"})
    for (const auto* job : director.of_kind(kind)) {
      const auto type = keyword(job->value("type"));
      EXPECT_TRUE(type == "restore" || type.empty()) << job->name();
      for (const auto* word : {"schedule", "run", "runbeforejob", "runafterjob", "verifyjob"})
        EXPECT_EQ(job->value(word), "") << job->name();
      EXPECT_TRUE(job->nested.empty()) << job->name();
    }
  for (const auto* kind : {"client", "pool"})
    for (const auto* one : director.of_kind(kind))
      EXPECT_EQ(keyword(one->value("autoprune")), "no") << one->name();
  for (const auto* messages : director.of_kind("messages")) {
    EXPECT_EQ(messages->value("mail") + messages->value("mailonerror") + messages->value("operator"), "");
    EXPECT_NE(messages->value("console"), "");
  }
  for (const auto& [path, file] : made.files) EXPECT_EQ(file.mode, 0600U) << path;
}

TEST(BaculaEnvironment, RestoresAloneInEverySetup) {
  for (const auto* name : {"plain", "includes", "defaults", "tls"}) {
    SCOPED_TRACE(name);
    const auto made = make_wild(name);
    expect_restore_only(made);
    EXPECT_FALSE(has(all_that_is_shown(made), "secret")) << all_that_is_shown(made);
    EXPECT_FALSE(has(all_that_is_shown(made), "hunter22"));
    EXPECT_FALSE(has(all_that_is_shown(made), "tell-me-not"));
  }
}

TEST(BaculaEnvironment, OfAPlainSetupLittleIsChanged) {
  const auto made = make_wild("plain", {.catalogs = {"sqlite3"}});
  EXPECT_EQ(made.client, "birch-fd");
  EXPECT_EQ(made.restore_jobs, std::vector<std::string>{"RestoreFiles"});
  EXPECT_EQ(made.storages, std::vector<std::string>{"File1"});
  EXPECT_TRUE(has_change(made, "bacula-dir.conf", 32, "Job \"BackupBirch\" taken out"));
  EXPECT_TRUE(has_change(made, "bacula-dir.conf", 16, "JobDefs \"DefaultJob\" taken out"));
  const auto& director = made.files.at("/etc/bacula/bacula-dir.conf").text;
  EXPECT_TRUE(has(director, "# Director of a single machine.\tTabs, and comments in odd places\n"));
  EXPECT_TRUE(has(director, "\tWhere = /var/tmp/bacula-restores\n"));
  EXPECT_TRUE(has(director, "  Password = \"console-Wa7;{secret}\"         # Console password\n"));
  EXPECT_TRUE(has(director, "    File = \"\\\\|sh -c 'ls -d /home/*'\"\n"));
  EXPECT_TRUE(has(director, "  AutoPrune = no                     # Prune expired volumes\n"));
  EXPECT_FALSE(has(director, "Truncate"));
  // What needs no change has every byte.
  for (const auto* file :
       {"/etc/bacula/bacula-sd.conf", "/etc/bacula/bacula-fd.conf", "/etc/bacula/bconsole.conf"})
    EXPECT_EQ(made.files.at(file).text, wild("plain").read(file)) << file;
  EXPECT_EQ(made.catalogs.at(0).needs.at(0), "a copy of the file /var/lib/bacula/bacula.db");
  EXPECT_EQ(made.paths.archive_devices.at(0).path, "/srv/bacula");
  EXPECT_EQ(made.paths.logs, std::vector<std::string>{"/var/log/bacula/bacula.log"});
}

TEST(BaculaEnvironment, CommandsAreReplacedByWhatTheyPrinted) {
  const auto made = make_wild("includes", {.own_names = {"larch.example.org"}});
  const auto& director = made.files.at("/etc/bacula/bacula-dir.conf").text;
  EXPECT_FALSE(has(director, "@|"));
  EXPECT_TRUE(has(director, "@/etc/bacula/conf.d/clients.conf\n@/etc/bacula/conf.d/jobs.conf\n"));
  EXPECT_TRUE(has(director, "\n@/etc/bacula/pools.conf\n")) << "the whole path";
  EXPECT_TRUE(has(director, "dbpassword = @/etc/bacula/secret/db\n"));
  EXPECT_EQ(made.files.at("/etc/bacula/secret/db").text, "\"db-secret\"");
  EXPECT_FALSE(made.files.contains("/etc/bacula/job-common.inc")) << "only a backup job included it";
  EXPECT_EQ(made.restore_jobs, std::vector<std::string>{"RecoverFiles"});
  const auto read = read_back(made, "bacula-dir.conf");
  const auto* job = read.find("job", "RecoverFiles");
  ASSERT_NE(job, nullptr);
  EXPECT_EQ(job->value("client"), "larch-fd");
  EXPECT_EQ(job->value("fileset"), "LarchData");
  EXPECT_EQ(job->value("storage"), "LarchFile") << "the one whose password the Storage Daemon has";
  EXPECT_EQ(read.find("client", "larch-fd")->value("address"), "127.0.0.1");
  EXPECT_EQ(read.find("client", "oak-fd")->value("address"), "oak.example.org");
  EXPECT_EQ(read.find("director", "larch-dir")->value("diraddress"), "127.0.0.1");
  EXPECT_TRUE(made.hosts.empty()) << "the catalog's is not asked";
  EXPECT_EQ(read.of_kind("catalog").at(0)->value("dbaddress"), "/run/recover-catalog");
  EXPECT_EQ(read.of_kind("catalog").at(0)->value("dbport"), "");
  EXPECT_TRUE(has(director, "dbpassword = @/etc/bacula/secret/db\n"));
  EXPECT_EQ(made.catalogs.at(0).driver, "postgresql");
  const auto console = read_back(made, "bconsole.conf");
  ASSERT_EQ(console.resources.size(), 1U);
  EXPECT_EQ(console.resources[0].value("address"), "127.0.0.1");
}

TEST(BaculaEnvironment, DefaultsOfARestoreJobStay) {
  const auto made = make_wild("defaults");
  const auto read = read_back(made, "bacula-dir.conf");
  const auto* defaults = read.find("jobdefs", "Common");
  ASSERT_NE(defaults, nullptr);
  EXPECT_EQ(defaults->value("type"), "Restore");
  EXPECT_EQ(defaults->value("storage"), "Changer");
  EXPECT_EQ(defaults->value("maxruntime"), "");
  EXPECT_EQ(read.find("jobdefs", "Derived"), nullptr);
  ASSERT_EQ(read.of_kind("job").size(), 1U);
  EXPECT_EQ(read.of_kind("job")[0]->value("rescheduleonerror"), "");
  EXPECT_EQ(read.find("director", "elm-dir")->value("dirport"), "9901") << "of DirAddresses";
  EXPECT_EQ(made.catalogs.at(0).driver, "mysql");
  EXPECT_EQ(made.catalogs.at(0).socket, "/run/mysqld/mysqld.sock") << "the machine's";
  EXPECT_EQ(read.of_kind("catalog").at(0)->value("dbsocket"), "/run/recover-catalog/mysqld.sock");
  EXPECT_EQ(read.of_kind("catalog").at(0)->value("dbaddress"), "");
  EXPECT_EQ(made.paths.archive_devices.size(), 2U);
  EXPECT_EQ(made.paths.programs, std::vector<std::string>{"/opt/bacula/scripts/disk-changer"});
  EXPECT_EQ(read_back(made, "bacula-fd.conf").of_kind("filedaemon")[0]->value("fdsourceaddress"), "");
  EXPECT_TRUE(made.remarks.empty()) << made.remarks.front()
                                    << ": a password over two lines is the same in both";
}

TEST(BaculaEnvironment, NamesThatCertificatesHoldAreKept) {
  const auto made =
      make_wild("tls", {.own_names = {"yew.example.org"}, .archive_devices = {{"Dev", "/mnt/x y"}}});
  EXPECT_EQ(made.hosts, std::vector<std::string>{"yew.example.org"});
  const auto read = read_back(made, "bacula-dir.conf");
  EXPECT_EQ(read.find("client", "yew-fd")->value("address"), "yew.example.org");
  EXPECT_EQ(read.find("storage", "Yew")->value("address"), "127.0.0.1") << "a shared key asks for no name";
  EXPECT_EQ(made.restore_jobs, (std::vector<std::string>{"r", "r2"}));
  const auto client = read_back(made, "bacula-fd.conf");
  EXPECT_TRUE(client.of_kind("schedule").empty());
  EXPECT_EQ(client.find("director", "yew-dir")->value("connecttodirector"), "");
  EXPECT_EQ(client.find("director", "yew-dir")->value("disablecommand"), "");
  EXPECT_EQ(read_back(made, "bacula-sd.conf").find("device", "Dev")->value("archivedevice"), "/mnt/x y");
  EXPECT_EQ(made.paths.credentials.size(), 5U);
}

struct Small {
  std::map<std::string, std::string> files{
      {"bacula-dir.conf",
       "Director { Name = d; Password = p0 }\nClient { Name = c; Address = localhost; Password = p1 }\n"
       "Storage { Name = s; Address = localhost; Device = v; Password = p2 }\nCatalog { Name = k; dbname = b "
       "}\n"
       "FileSet { Name = f }\nPool { Name = o }\nMessages { Name = m }\n"},
      {"bacula-sd.conf",
       "Storage { Name = sd }\nDirector { Name = d; Password = p2 }\nDevice { Name = v; Archive Device = /v "
       "}\n"},
      {"bacula-fd.conf", "FileDaemon { Name = c }\nDirector { Name = d; Password = p1 }\n"},
      {"bconsole.conf", "Director { Name = d; Address = localhost; Password = p0 }\n"}};

  EnvironmentFiles make(const EnvironmentNeeds& needs = {}) const {
    return make_environment_configuration(
        "/b", {[this](const std::string& path) -> std::optional<std::string> {
          const auto found = files.find(path.substr(3));
          return found == files.end() ? std::nullopt : std::optional(found->second);
        }},
        needs);
  }
  std::string refusal(const EnvironmentNeeds& needs = {}) const {
    const auto made = make(needs);
    std::string all;
    for (const auto& one : made.refusals) {
      EXPECT_FALSE(one.problem.empty() || one.remedy.empty());
      all += one.problem + "\n";
    }
    return all;
  }
};

TEST(BaculaEnvironment, RefusesWhatARestoreCannotDoWithout) {
  EXPECT_EQ(Small().refusal(), "");
  for (const auto* file : {"bacula-dir.conf", "bacula-sd.conf", "bacula-fd.conf", "bconsole.conf"}) {
    Small small;
    small.files.erase(file);
    EXPECT_TRUE(has(small.refusal(), std::string("There is no /b/") + file)) << file;
  }
  for (const auto& [gone, said] : std::map<std::string, std::string>{{"Client {", "No Client"},
                                                                     {"Storage {", "No Storage"},
                                                                     {"Catalog {", "no Catalog"},
                                                                     {"FileSet {", "there is no FileSet"},
                                                                     {"Pool {", "there is no Pool"},
                                                                     {"Director {", "no Director"}}) {
    Small small;
    auto& text = small.files["bacula-dir.conf"];
    const auto at = text.find(gone);
    text.erase(at, text.find('\n', at) - at);
    EXPECT_TRUE(has(small.refusal(), said)) << gone << small.refusal();
  }
  EXPECT_TRUE(has(Small().refusal({.client = "x"}), "no Client named \"x\""));
  EXPECT_TRUE(has(Small().refusal({.storage = "x"}), "no Storage named \"x\""));
  EXPECT_TRUE(has(Small().refusal({.restore_job = "x"}), "No Job of Type Restore is named \"x\""));
  Small other;
  other.files["bconsole.conf"] = "Director { Name = e; Address = localhost; Password = p0 }\n";
  EXPECT_TRUE(has(other.refusal(), "bconsole.conf knows no Director named \"d\""));
}

TEST(BaculaEnvironment, RefusesWhatItDoesNotUnderstandAndTellsNoSecret) {
  Small small;
  small.files["bacula-dir.conf"] += "Console { Name = x; Password = @hunter22\n}\n";
  EXPECT_TRUE(has(small.refusal(), "a password of Bacula's configuration stands in cannot be read"));
  EXPECT_FALSE(has(small.refusal(), "hunter22"));
  for (const auto* broken :
       {"Job {\n", "}\n", "@none\n", "@|\"false\"\n", "Job { Name = \"x }\n", "@bacula-dir.conf\n"}) {
    Small one;
    one.files["bacula-dir.conf"] += broken;
    EXPECT_TRUE(has(one.refusal(), "not understood")) << broken;
  }
}

TEST(BaculaEnvironment, AFileThatIsTwoThingsAtOnceIsNoHole) {
  // The job's end stands in another file.
  Small torn;
  torn.files["bacula-dir.conf"] += "Job { Name = x; Type = Backup\n@end\n";
  torn.files["end"] = "}\n";
  EXPECT_TRUE(has(torn.refusal(), "ends in another file"));
  // A job that is not closed swallows what follows.
  Small late;
  late.files["bacula-dir.conf"] +=
      "Job { Name = r; Type = Restore; Client = c\n @common\n}\nJob { Name = x; JobDefs = y }\n";
  late.files["common"] = "Schedule = s; Type = Backup\n";
  const auto made = late.make();
  EXPECT_TRUE(made.refusals.empty()) << made.refusals.front().problem;
  EXPECT_FALSE(has(made.files.at("/b/bacula-dir.conf").text, "Name = x"));
}

TEST(BaculaEnvironment, JobDefsOfJobDefsCount) {
  Small small;
  small.files["bacula-dir.conf"] +=
      "JobDefs { Name = one; Type = Backup; Schedule = s }\nJobDefs { Name = two; JobDefs = one; Run Before "
      "Job = x }\n"
      "Job { Name = b; JobDefs = two }\nJob { Name = r; JobDefs = two; Type = Restore }\n";
  const auto made = small.make();
  ASSERT_TRUE(made.refusals.empty()) << made.refusals.front().problem;
  const auto& text = made.files.at("/b/bacula-dir.conf").text;
  EXPECT_TRUE(
      has(text, "JobDefs { Name = one; Type = Restore;  }\nJobDefs { Name = two; JobDefs = one;  }\n"));
  EXPECT_FALSE(has(text, "Name = b;"));
}

TEST(BaculaEnvironment, SaysWhenPasswordsDiffer) {
  Small small;
  small.files["bacula-fd.conf"] = "FileDaemon { Name = c }\nDirector { Name = d; Password = other-secret }\n";
  const auto made = small.make();
  ASSERT_EQ(made.remarks.size(), 2U);
  EXPECT_TRUE(has(made.remarks[0], "Director and the File Daemon do not have the same Password"));
  EXPECT_FALSE(has(all_that_is_shown(made), "other-secret"));
}

}  // namespace
}  // namespace recover::bacula
