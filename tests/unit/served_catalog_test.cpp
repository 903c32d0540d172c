// The environment's database server at work, with a server that is played: what is run in which order, and
// what its files become.
#include "recover/served_catalog.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <functional>

#include "recover/error.hpp"
#include "recover/served_catalog_actions.hpp"
#include "recover/system/files.hpp"
#include "system_temporary.hpp"

namespace recover::test {
namespace {

namespace fs = std::filesystem;
using bacula::CatalogServer;
using Places = bacula::ServerPlaces;
using tests::TemporaryDirectory;

constexpr const char* whole_dump =
    "--\n-- PostgreSQL database dump\n--\n\n-- PostgreSQL database dump complete\n";

struct PlayedServer : system::Child {
  explicit PlayedServer(std::vector<std::string>& told_, int status_) : told(told_), status(status_) {}
  bool running() override { return status == 0; }
  bool listening() override { return false; }
  void ask_to_stop() override {}
  int stop(std::chrono::milliseconds) override {
    told.push_back("stop");
    return status;
  }
  std::string output() override { return "FATAL:  could not map anonymous shared memory\n"; }
  std::vector<std::string>& told;
  int status;
};

// What it is told, in words that matter: a program's name, or the statements that it is given.
struct PlayedProcesses : system::Processes {
  system::ProcessResult run(const system::ProcessSpec& spec, const system::Sink& sink) override {
    std::string all;
    for (const auto& word : spec.argv) all += word + " ";
    const auto said =
        spec.input_file.empty() ? spec.input : "< " + fs::path(spec.input_file).filename().string();
    if (!said.empty())
      told.push_back(said.substr(0, said.find('\n')));
    else
      told.push_back(all.find("initdb") != std::string::npos    ? "initdb"
                     : all.find("pg_dump") != std::string::npos ? "pg_dump"
                                                                : spec.argv.back());
    system::ProcessResult result;
    if (on_run) on_run(told.back(), result);
    if (spec.on_input) spec.on_input(7);
    if (sink) sink(std::exchange(result.out, {}));
    return result;
  }
  std::unique_ptr<system::Child> start(const std::vector<std::string>&) override {
    told.push_back("start");
    return std::make_unique<PlayedServer>(told, ends_with);
  }
  void pause(std::chrono::milliseconds) override { ++pauses; }

  std::vector<std::string> told;
  std::function<void(const std::string&, system::ProcessResult&)> on_run;
  int ends_with = 0, pauses = 0;
};

struct ServedCatalogTest : testing::Test {
  ServedCatalogTest() {
    for (const auto* name : {"postgres", "initdb", "psql", "pg_dump"})
      ::chmod(environment.put(std::string("usr/lib/postgresql/15/bin/") + name, "").c_str(), 0755);
    fs::create_directories(environment / "run");
  }
  ServedCatalog catalog(const char* data = Places::data_beside) {
    return {processes, CatalogServer{"postgresql", environment.path(), data}, {"bacula", "bacula"}};
  }
  std::string path(const char* place) const { return environment.path() + place; }
  void make_data(const char* place, const std::string& what) const {
    environment.put(std::string(place).substr(1) + "/what", what);
  }

  TemporaryDirectory environment;
  PlayedProcesses processes;
};

using Words = std::vector<std::string>;

TEST_F(ServedCatalogTest, IsMadeStartedLoadedAndStopped) {
  make_data(Places::data_beside, "of a run that was killed");
  const auto dump = environment.put("dump.sql", whole_dump);
  auto one = catalog();
  one.make_data();
  EXPECT_FALSE(fs::exists(path(Places::data_beside))) << "initdb wants an empty one";
  one.start();
  std::int64_t loaded = 0;
  one.load(dump, [&](std::int64_t bytes, std::int64_t) { loaded = bytes; });
  one.stop();
  EXPECT_EQ(loaded, 7);
  EXPECT_EQ(
      processes.told,
      (Words{Places::home, Places::data_beside, "initdb", Places::sockets, "start", "SELECT 1;",
             "CREATE DATABASE \"bacula\" TEMPLATE template0 ENCODING 'SQL_ASCII' LC_COLLATE 'C' LC_CTYPE "
             "'C';",
             "< dump.sql", "ANALYZE;", "stop"}));
  EXPECT_EQ(fs::read_symlink(path(Places::programs)), "/usr/lib/postgresql/15/bin");
}

TEST_F(ServedCatalogTest, WaitsUntilItAnswers) {
  int questions = 0;
  processes.on_run = [&](const std::string& told, system::ProcessResult& result) {
    if (told == "SELECT 1;" && ++questions < 4) result.status = 2;
  };
  auto one = catalog();
  one.start();
  EXPECT_EQ(questions, 4);
  EXPECT_EQ(processes.pauses, 3);
}

TEST_F(ServedCatalogTest, SaysWhatItSaidWhenItEnds) {
  processes.ends_with = 1;
  try {
    catalog().start();
    FAIL();
  } catch (const Failed& error) {
    EXPECT_NE(error.problem().find("could not map anonymous shared memory"), std::string::npos);
  }
}

TEST_F(ServedCatalogTest, IsStoppedWithItsOwnerUnlessItWasReleased) {
  { catalog().start(); }
  EXPECT_EQ(processes.told.back(), "stop");
  std::unique_ptr<system::Child> child;
  {
    auto one = catalog();
    one.start();
    child = one.release();
  }
  EXPECT_NE(processes.told.back(), "stop");
}

TEST_F(ServedCatalogTest, WhatAKilledOneLeftIsOutOfTheWay) {
  make_data(Places::data, "mine");
  environment.put("var/lib/recover-catalog/data/postmaster.pid", "1\n");
  environment.put("run/recover-catalog/.s.PGSQL.5432.lock", "1\n");
  catalog(Places::data).start();
  EXPECT_FALSE(fs::exists(path(Places::data) + "/postmaster.pid"));
  EXPECT_TRUE(fs::is_empty(path(Places::sockets)));
  EXPECT_EQ(system::read_file(path(Places::data) + "/what"), "mine");
}

// A server works in its directory; so does this test.
TEST_F(ServedCatalogTest, ASecondOneIsNotStarted) {
  make_data(Places::data, "mine");
  const auto before = fs::current_path();
  fs::current_path(path(Places::data));
  try {
    catalog().start();
    ADD_FAILURE();
  } catch (const Failed& error) {
    EXPECT_NE(error.remedy().find("kill " + std::to_string(::getpid())), std::string::npos) << error.remedy();
  }
  fs::current_path(before);
  EXPECT_TRUE(processes.told.empty());
}

TEST_F(ServedCatalogTest, ADumpThatIsNotAllInIsAFailure) {
  const auto dump = environment.put("dump.sql", whole_dump);
  const auto says = [&](const std::string& words, int status) {
    processes.on_run = [=](const std::string& told, system::ProcessResult& result) {
      if (told != "< dump.sql") return;
      result.out = words;
      result.status = status;
    };
  };
  auto one = catalog();
  says("ERROR:  role \"bacula\" does not exist\n", 0);
  EXPECT_NO_THROW(one.load(dump, {})) << "it names who is not here";
  says("ERROR:  could not extend file: No space left on device\n", 0);
  EXPECT_THROW(one.load(dump, {}), Failed);
  says("psql: error: server closed the connection\n", 2);
  EXPECT_THROW(one.load(dump, {}), Failed);
  const auto cut = environment.put("cut.sql", "--\n-- PostgreSQL database dump\n");
  EXPECT_THROW(one.load(cut, {}), Failed);
}

TEST_F(ServedCatalogTest, ADumpIsWholeOrNotThere) {
  const auto to = environment / "kept.sql";
  int status = 1;
  processes.on_run = [&](const std::string& told, system::ProcessResult& result) {
    if (told != "pg_dump") return;
    result.out = whole_dump;
    result.status = status;
  };
  EXPECT_THROW(catalog().dump(to), Failed);
  EXPECT_FALSE(fs::exists(to));
  status = 0;
  catalog().dump(to);
  EXPECT_EQ(system::read_file(to), whole_dump);
  EXPECT_EQ(fs::status(to).permissions(), fs::perms::owner_read | fs::perms::owner_write);
}

TEST_F(ServedCatalogTest, TakesItsPlaceInOneMoment) {
  make_data(Places::data_beside, "first");
  EXPECT_EQ(put_catalog_data(environment.path(), "known 1", true), "") << "there was none";
  EXPECT_EQ(read_known(environment.path()), "known 1");
  make_data(Places::data_beside, "second");
  const auto kept = put_catalog_data(environment.path(), "known 2", true);
  EXPECT_EQ(kept, path(Places::data) + ".before-recovery");
  EXPECT_EQ(system::read_file(kept + "/what"), "first");
  EXPECT_EQ(system::read_file(path(Places::data) + "/what"), "second");
  EXPECT_EQ(read_known(environment.path()), "known 2");
  make_data(Places::data_beside, "third");
  EXPECT_EQ(put_catalog_data(environment.path(), "known 3", true), path(Places::data) + ".before-recovery.2");
  make_data(Places::data_beside, "fourth");
  EXPECT_EQ(put_catalog_data(environment.path(), "known 4", false), "");
  EXPECT_FALSE(fs::exists(path(Places::data_beside)));
  EXPECT_FALSE(fs::exists(path(Places::data) + ".before-recovery.3"));
}

TEST_F(ServedCatalogTest, OfDataThatIsGoneNothingIsKnown) {
  environment.put("var/lib/recover-catalog/known", "known");
  EXPECT_EQ(read_known(environment.path()), "");
}

TEST_F(ServedCatalogTest, IsStartedWhereTheDirectorLooksForIt) {
  const auto configured = [&](const std::string& address) {
    environment.put("etc/bacula/bacula-dir.conf",
                    "Catalog { Name = c; dbname = bacula; dbuser = bacula; DB Address = " + address + " }\n");
  };
  const StartCatalog action{environment.path(), "/etc/bacula", "", "postgresql", std::chrono::minutes(2)};
  configured("127.0.0.1");
  EXPECT_EQ(start_catalog(processes, action), nullptr) << "an environment that was made by hand";
  configured("\"/run/recover-catalog\"");
  EXPECT_THROW(start_catalog(processes, action), Failed) << "no data";
  make_data(Places::data, "mine");
  EXPECT_NE(start_catalog(processes, action), nullptr);
}

}  // namespace
}  // namespace recover::test
