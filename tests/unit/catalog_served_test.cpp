// Which catalog the Director gets where a database server has it: data made beside, by a server that runs no
// longer than that, and swapped in.
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <algorithm>
#include <filesystem>
#include <sstream>

#include "recover/bacula/catalog_choice.hpp"
#include "recover/bacula/catalog_server.hpp"
#include "recover/bacula/known_backups.hpp"
#include "recover/catalog_actions.hpp"
#include "recover/error.hpp"
#include "recover/layout.hpp"
#include "recover/system/files.hpp"
#include "scripted_processes.hpp"
#include "synthetic_volume.hpp"
#include "system_temporary.hpp"

namespace recover::test {
namespace {

using namespace recover::tests;
using bacula::ServerPlaces;

std::string known(int jobs) {
  std::string text = "version\t16\njobs\t" + std::to_string(jobs) + "\n";
  for (int job = 1; job <= jobs; ++job)
    text += "backup\t77\t" + std::to_string(job) + "\t" + std::to_string(job) +
            "\tNightly\tF\t2026-11-21 22:58:0" + std::to_string(job) + "\t3\t300\n";
  return text + "end\n";
}

std::string dump(int jobs) {
  return "--\n-- PostgreSQL database dump\n--\n" + std::to_string(jobs) +
         "\n--\n-- PostgreSQL database dump complete\n--\n";
}

struct Told : Observer {
  void observe(const Event& event) override {
    if (event.name != "progress") events.push_back(event);
  }
  std::vector<Event> events;
};

// A server whose database is the number of jobs in it, in a file of its data directory.
class Server : public ScriptedProcesses {
 public:
  explicit Server(std::string environment) : environment_(std::move(environment)) {}

  system::ProcessResult run(const system::ProcessSpec& spec, const system::Sink& sink) override {
    const auto has = [&](const std::string& word) {
      return std::any_of(spec.argv.begin(), spec.argv.end(),
                         [&](const auto& one) { return one.ends_with(word); });
    };
    if (has("/initdb")) {
      std::filesystem::create_directories(environment_ + ServerPlaces::data_beside);
      return ended(0, "");
    }
    if (has("install")) return ended(0, "");
    if (has("bscan")) {
      if (scanned >= 0) put(scanned);
      if (sink) sink("done: 100%\n");
      return ended(0, "");
    }
    if (!has("/psql")) throw std::logic_error("not a server's: " + spec.argv.front());
    if (!running) return ended(2, "", "no server");
    if (!spec.input_file.empty()) return load(system::read_file(spec.input_file));
    if (spec.input == bacula::known_backups_query()) {
      const auto jobs = system::read_file_or(data_ + "/jobs", "");
      return jobs.empty() ? ended(1, "", "no table") : ended(0, known(std::stoi(jobs)));
    }
    if (spec.input.find("CREATE TABLE") != std::string::npos) put(0);
    return ended(0, "");
  }

  std::unique_ptr<system::Child> start(const std::vector<std::string>& argv) override {
    const auto at = std::find(argv.begin(), argv.end(), "-D");
    data_ = environment_ + *std::next(at);
    started.push_back(*std::next(at));
    running = system::read_file_or(data_ + "/damaged", "").empty();
    return std::make_unique<Running>(*this);
  }

  std::vector<std::string> started;  // data
  bool running = false;
  int scanned = -1;  // what bscan finds

 private:
  struct Running : system::Child {
    explicit Running(Server& server) : of(server) {}
    ~Running() override { of.running = false; }
    bool running() override { return of.running; }
    bool listening() override { return false; }
    void ask_to_stop() override {}
    int stop(std::chrono::milliseconds) override {
      of.running = false;
      return 0;
    }
    std::string output() override { return "its last words"; }
    Server& of;
  };

  void put(int jobs) { system::write_file(data_ + "/jobs", std::to_string(jobs), 0600); }
  system::ProcessResult load(const std::string& text) {
    std::istringstream lines(text);
    std::string line;
    for (int i = 0; i < 4; ++i) std::getline(lines, line);
    if (line == "interrupted") throw Interrupted("Interrupted by SIGINT");
    if (line == "bad") return ended(0, "ERROR:  syntax error\n");
    put(std::stoi(line));
    return ended(0, "");
  }

  std::string environment_, data_;
};

class ProvideServedCatalog : public testing::Test {
 protected:
  ProvideServedCatalog() {
    auto& request = action.request;
    request.environment = environment;
    request.configuration = "/etc/bacula";
    request.client = "alder-fd";
    request.kind = "postgresql";
    request.newest = {directory / "bootstraps/machine.bsr", directory / "bacula", "Nightly", ""};
    action.bscan = {"bscan"};
    configure("/run/recover-catalog");
    for (const auto& program : bacula::server_programs("postgresql"))
      put_program("usr/lib/postgresql/15/bin/" + program);
    put_program("usr/sbin/bscan");
    directory.put("environment/usr/share/bacula-director/make_postgresql_tables",
                  "psql <<END-OF-DATA\nCREATE TABLE Version (x);\nINSERT INTO Version (VersionId) VALUES "
                  "(16);\nEND-OF-DATA\n");
    directory.put("bacula/V1", label("V1"));
    directory.put("bootstraps/machine.bsr",
                  "# 21-Nov-2026 22:58:02 - Nightly.2026-11-21_22.58.02_03 - Incremental, since=x\n"
                  "Volume=\"V1\"\nVolSessionId=2\nVolSessionTime=77\nVolAddr=10-19\nFileIndex=1-1\n");
  }
  void put_program(const std::string& path) {
    ::chmod(directory.put("environment/" + path, "").c_str(), 0755);
  }
  void configure(const std::string& address) {
    directory.put(
        "environment/etc/bacula/bacula-dir.conf",
        "Catalog {\n Name = Main\n dbname = bac\n dbuser = bob\n DB Address = " + address + "\n}\n");
  }
  void put_own(int jobs, int noted) {
    directory.put(inside(ServerPlaces::data) + "/jobs", std::to_string(jobs));
    if (noted > 0) directory.put(inside(ServerPlaces::known), known(noted));
  }
  static std::string inside(const char* path) { return "environment" + std::string(path); }
  const Event& provide() {
    provide_catalog(server, action, told);
    return told.events.back();
  }
  std::string jobs(const std::string& below = "/data") const {
    return system::read_file_or(environment + ServerPlaces::home + below + "/jobs", "");
  }
  std::vector<std::string> outlook() const {
    return bacula::outlook_text(bacula::look_at_catalogs(action.request));
  }

  TemporaryDirectory directory;
  const std::string environment = directory / "environment";
  ProvideCatalog action;
  Server server{environment};
  Told told;
};

TEST_F(ProvideServedCatalog, TheEnvironmentsOwnIsUsedWhenItsServerSaysThatItKnowsTheNewest) {
  put_own(2, 2);
  EXPECT_EQ(outlook().size(), 1U);
  EXPECT_EQ(provide().text("way"), "environment");
  EXPECT_EQ(server.started, std::vector<std::string>{ServerPlaces::data});
  EXPECT_FALSE(server.running);
}

TEST_F(ProvideServedCatalog, WithoutANoteItIsAskedAndTheNoteMade) {
  put_own(2, 0);
  EXPECT_NE(outlook()[0].find("is asked in the run"), std::string::npos) << outlook()[0];
  EXPECT_EQ(provide().text("way"), "environment");
  EXPECT_EQ(outlook().size(), 1U);
}

TEST_F(ProvideServedCatalog, ElseTheNewestDumpIsLoadedBesideAndSwappedIn) {
  put_own(1, 1);
  action.request.dump = directory.put("catalog.sql", dump(2));
  EXPECT_EQ(outlook()[1].find("The dump " + action.request.dump), 0U);
  const auto event = provide();
  EXPECT_EQ(event.text("way"), "dump") << event.text("why");
  EXPECT_EQ(event.text("kept"), environment + ServerPlaces::data + ".before-recovery");
  EXPECT_EQ(server.started, std::vector<std::string>{ServerPlaces::data_beside});
  EXPECT_EQ(jobs(), "2");
  EXPECT_EQ(jobs("/data.before-recovery"), "1");
  EXPECT_EQ(system::read_file(environment + ServerPlaces::known), known(2));
  EXPECT_FALSE(system::exists(environment + ServerPlaces::data_beside));
  EXPECT_FALSE(system::exists(environment + Layout::catalog_scratch));
  EXPECT_EQ(provide().text("way"), "environment");
}

TEST_F(ProvideServedCatalog, ElseBscanFillsAnEmptyOne) {
  put_own(1, 1);
  action.request.dump = directory.put("catalog.sql", dump(1));
  server.scanned = 2;
  const auto event = provide();
  EXPECT_EQ(event.text("way"), "bscan") << event.text("why");
  EXPECT_EQ(event.list("tried").size(), 2U);
  EXPECT_EQ(event.list("cost").size(), 2U);
  EXPECT_EQ(jobs(), "2");
}

// The note says that it would do; its server does not start.
TEST_F(ProvideServedCatalog, DamagedDataIsMadeAnewFromTheDumpThatItCameFrom) {
  put_own(2, 2);
  directory.put(inside(ServerPlaces::data) + "/damaged", "yes");
  directory.put(inside(ServerPlaces::dump), dump(2));
  const auto event = provide();
  EXPECT_EQ(event.text("way"), "dump") << event.text("why");
  EXPECT_NE(event.list("tried")[0].find("its last words"), std::string::npos) << event.list("tried")[0];
  EXPECT_EQ(jobs(), "2");
}

TEST_F(ProvideServedCatalog, WithoutDataItIsMadeFromTheVolumes) {
  server.scanned = 2;
  const auto event = provide();
  EXPECT_EQ(event.text("way"), "bscan") << event.text("why");
  EXPECT_EQ(event.text("kept"), "");
  EXPECT_EQ(jobs(), "2");
}

TEST_F(ProvideServedCatalog, WhatGoesWrongLeavesTheOwnOneAsItIs) {
  put_own(1, 1);
  action.request.dump = directory.put("catalog.sql",
                                      "--\n-- PostgreSQL database dump\n--\nbad\n"
                                      "--\n-- PostgreSQL database dump complete\n--\n");
  server.scanned = 1;
  const auto event = provide();
  EXPECT_EQ(event.name, "catalog-not-current");
  EXPECT_NE(event.text("why").find("syntax error"), std::string::npos) << event.text("why");
  EXPECT_EQ(event.list("unknown").size(), 1U);
  EXPECT_EQ(jobs(), "1");
  EXPECT_FALSE(server.running);
  EXPECT_FALSE(system::exists(environment + ServerPlaces::data + ".before-recovery"));
  EXPECT_FALSE(system::exists(environment + ServerPlaces::data_beside));
}

TEST_F(ProvideServedCatalog, InterruptedTheOwnOneIsWholeAndTheNextRunGoesOn) {
  put_own(1, 1);
  action.request.dump = directory.put("catalog.sql",
                                      "--\n-- PostgreSQL database dump\n--\ninterrupted\n"
                                      "--\n-- PostgreSQL database dump complete\n--\n");
  EXPECT_THROW(provide_catalog(server, action, told), Interrupted);
  EXPECT_TRUE(told.events.empty());
  EXPECT_FALSE(server.running);
  EXPECT_EQ(jobs(), "1");
  EXPECT_EQ(system::read_file(environment + ServerPlaces::known), known(1));
  directory.put("catalog.sql", dump(2));
  EXPECT_EQ(provide().text("way"), "dump");
  EXPECT_EQ(jobs(), "2");
}

TEST_F(ProvideServedCatalog, ADumpThatKnowsMoreIsBetterThanNothing) {
  put_own(0, 0);
  action.request.dump = directory.put("catalog.sql", dump(1));
  const auto event = provide();
  EXPECT_EQ(event.name, "catalog-not-current");
  EXPECT_TRUE(event.flag("loaded"));
  EXPECT_EQ(jobs(), "1");
}

TEST_F(ProvideServedCatalog, AnotherDatabasesDumpIsNotLoaded) {
  action.request.dump = directory.put("catalog.sql", "-- MariaDB dump\n-- Dump completed\n");
  const auto event = provide();
  EXPECT_NE(event.text("why").find("it is a dump of MariaDB"), std::string::npos) << event.text("why");
}

TEST_F(ProvideServedCatalog, AnEnvironmentOfAnotherHandIsLeftAsItIs) {
  put_own(1, 1);
  configure("127.0.0.1");
  EXPECT_NE(outlook()[0].find("made by hand"), std::string::npos);
  EXPECT_EQ(provide().name, "catalog-not-current");
  EXPECT_TRUE(server.started.empty());
}

TEST_F(ProvideServedCatalog, WithoutItsServerThereIsNoWay) {
  std::filesystem::remove_all(directory / "environment/usr/lib/postgresql");
  EXPECT_NE(outlook()[0].find("has no server of PostgreSQL (postgres"), std::string::npos) << outlook()[0];
}

TEST_F(ProvideServedCatalog, WhatIsTypedIsWhatIsDone) {
  const auto lines = as_typed(action);
  const auto has = [&](const std::string& text) {
    return std::any_of(lines.begin(), lines.end(),
                       [&](const auto& line) { return line.find(text) != std::string::npos; });
  };
  EXPECT_TRUE(has("initdb --pgdata=/var/lib/recover-catalog/data.new"));
  EXPECT_TRUE(has("bscan -n bacula -u bacula -h /run/recover-catalog -t 5432"));
  EXPECT_TRUE(has("mv " + environment + ServerPlaces::data_beside));
}

}  // namespace
}  // namespace recover::test
