// Which catalog the Director gets, and how it takes the former one's place.
#include "recover/catalog_actions.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <functional>

#include "recover/bacula/catalog_choice.hpp"
#include "recover/bacula/restore.hpp"
#include "recover/catalog_beside.hpp"
#include "recover/error.hpp"
#include "recover/layout.hpp"
#include "recover/system/files.hpp"
#include "scripted_processes.hpp"
#include "small_catalog.hpp"
#include "synthetic_volume.hpp"
#include "system_temporary.hpp"

namespace recover::test {
namespace {

using namespace recover::tests;

struct Told : Observer {
  void observe(const Event& event) override {
    if (event.name != "progress") events.push_back(event);
  }
  std::vector<Event> events;
};

// Does what a test says that bscan or bextract does.
struct Doing : ScriptedProcesses {
  system::ProcessResult run(const system::ProcessSpec& spec, const system::Sink& sink) override {
    ran.push_back(spec.argv.front());
    if (spec.argv.front() == "bscan") sink(bscan());
    if (spec.argv.front() == "bextract") sink(bextract());
    return ended(status, "");
  }
  std::function<std::string()> bscan, bextract;
  std::vector<std::string> ran;
  int status = 0;
};

class ProvideCatalogTest : public testing::Test {
 protected:
  ProvideCatalogTest() {
    auto& request = action.request;
    request.environment = directory / "environment";
    request.configuration = "/etc/bacula";
    request.client = "alder-fd";
    request.kind = "sqlite3";
    request.newest = {directory / "bootstraps/machine.bsr", directory / "bacula", "Nightly", ""};
    action.bscan = {"bscan"};
    directory.put("environment/etc/bacula/bacula-dir.conf", "Director { Name = alder-dir\n}\n");
    directory.put("environment/usr/sbin/bscan", "");
    ::chmod((directory / "environment/usr/sbin/bscan").c_str(), 0755);
    directory.put("environment/var/lib/bacula/note", "");
    directory.put("bacula/V2", label("V2"));
    directory.put("bacula/V1", label("V1"));
    directory.put(
        "bootstraps/machine.bsr",
        "# 21-Nov-2026 22:58:01 - Nightly.2026-11-21_22.58.00_03 - Full\nVolume=\"V1\"\nVolSessionId=1\n"
        "VolSessionTime=77\nVolAddr=0-9\nFileIndex=1-1\n"
        "# 21-Nov-2026 22:58:02 - Nightly.2026-11-21_22.58.02_03 - Incremental, since=x\n"
        "Volume=\"V1\"\nVolSessionId=2\nVolSessionTime=77\nVolAddr=10-19\nFileIndex=1-1\n");
    catalog = directory / "environment/var/lib/bacula/bacula.db";
    scratch = request.environment + Layout::catalog_scratch;
  }
  const Event& provide() {
    provide_catalog(processes, action, told);
    return told.events.back();
  }
  std::vector<std::string> known() const {
    bacula::SqliteFile file(catalog, bacula::SqliteFile::Way::as_it_lies);
    std::vector<std::string> jobs;
    for (const auto& row : file.rows("SELECT JobId FROM Job ORDER BY JobId")) jobs.push_back(row.front());
    return jobs;
  }
  void put_dump(const std::string& jobs) {
    action.request.dump = directory.put("bacula.sql", catalog_dump(jobs));
  }
  void scans(const std::string& jobs) {
    processes.bscan = [this, jobs] {
      EXPECT_EQ(system::read_file(scratch + Layout::scanned_volumes), "Volume=\"V1\"\nVolume=\"V2\"\n");
      bacula::SqliteFile made(scratch + Layout::scanned_catalog, bacula::SqliteFile::Way::existing);
      EXPECT_EQ(made.rows("SELECT count(*) FROM Job").front().front(), "0");
      EXPECT_EQ(made.rows("PRAGMA journal_mode").front().front(), "wal");
      if (!jobs.empty()) made.run(jobs);
      return std::string("23-Nov 06:22 bscan JobId 0: Ready to read from volume \"V1\" on File\ndone: 0%\n");
    };
  }

  TemporaryDirectory directory;
  ProvideCatalog action;
  Doing processes;
  Told told;
  std::string catalog, scratch;
  const std::string old = catalog_job(1, "Nightly", 1);
  const std::string newer = catalog_job(1, "Nightly", 1) + catalog_job(2, "Nightly", 2);
};

TEST_F(ProvideCatalogTest, TheEnvironmentsOwnIsUsedWhenItKnowsTheNewest) {
  make_catalog(catalog, newer);
  put_dump(newer);
  EXPECT_EQ(provide().text("way"), "environment");
  EXPECT_EQ(told.events.back().text("newest"), "Nightly, Incremental, 2026-11-21 22:58:02");
  EXPECT_FALSE(system::exists(catalog + ".before-recovery"));
  EXPECT_FALSE(system::exists(scratch));
  EXPECT_TRUE(processes.ran.empty());
}

TEST_F(ProvideCatalogTest, ElseTheDumpThatKnowsIt) {
  make_catalog(catalog, old);
  ASSERT_EQ(::chmod(catalog.c_str(), 0640), 0);
  put_dump(newer);
  const auto event = provide();
  EXPECT_EQ(event.text("way"), "dump");
  EXPECT_EQ(event.text("kept"), catalog + ".before-recovery");
  EXPECT_EQ(known(), (std::vector<std::string>{"1", "2"}));
  struct stat status {};
  ASSERT_EQ(::stat(catalog.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 07777U, 0640U);
  EXPECT_FALSE(system::exists(scratch));
  // Done once more, it finds what it has made.
  EXPECT_EQ(provide().text("way"), "environment");
}

TEST_F(ProvideCatalogTest, ElseOneFromTheVolumes) {
  make_catalog(catalog, old);
  put_dump(old);
  scans(newer);
  const auto event = provide();
  EXPECT_EQ(event.text("way"), "bscan");
  EXPECT_EQ(event.list("tried").size(), 2U);
  EXPECT_EQ(event.list("cost").size(), 2U);
  EXPECT_EQ(known(), (std::vector<std::string>{"1", "2"}));
}

TEST_F(ProvideCatalogTest, WithoutACatalogOfItsOwnTheTablesAreBaculas) {
  scans(newer);
  EXPECT_EQ(provide().name, "catalog-not-current");
  directory.put("environment/usr/share/bacula-director/make_sqlite3_tables",
                "sqlite3 x <<END-OF-DATA\n" + catalog_tables + "\nEND-OF-DATA\n");
  const auto event = provide();
  EXPECT_EQ(event.text("way"), "bscan");
  EXPECT_EQ(event.text("kept"), "");
  EXPECT_EQ(known(), (std::vector<std::string>{"1", "2"}));
}

TEST_F(ProvideCatalogTest, ADumpOnTheVolumesIsTakenFromThem) {
  make_catalog(catalog, old);
  action.request.catalog_bootstrap =
      directory.put("bootstraps/catalog.bsr",
                    "Volume=\"V1\"\nVolSessionId=3\nVolSessionTime=76\nVolAddr=0-9\nFileIndex=1-1\n"
                    "Volume=\"V2\"\nVolSessionId=3\nVolSessionTime=77\nVolAddr=20-29\nFileIndex=1-1\n");
  action.bextract = {"bextract"};
  processes.bextract = [this] {
    const auto list = system::read_file(scratch + Layout::dump_bootstrap);
    EXPECT_EQ(list.find("V1"), std::string::npos);
    directory.put("environment" + std::string(Layout::catalog_scratch) + "/dump/var/lib/bacula/bacula.sql",
                  catalog_dump(newer));
    directory.put("environment" + std::string(Layout::catalog_scratch) + "/dump/etc/small", "x");
    return std::string("2 files restored.\n");
  };
  EXPECT_EQ(provide().text("way"), "dump-on-volumes");
  EXPECT_EQ(known(), (std::vector<std::string>{"1", "2"}));
}

TEST_F(ProvideCatalogTest, WhenNoneDoesTheRunGoesOn) {
  make_catalog(catalog, old);
  scans(old);
  const auto event = provide();
  EXPECT_EQ(event.name, "catalog-not-current");
  EXPECT_EQ(event.list("unknown"), (std::vector<std::string>{"Nightly, Incremental, 2026-11-21 22:58:02"}));
  EXPECT_FALSE(event.flag("loaded"));
  EXPECT_EQ(known(), (std::vector<std::string>{"1"}));
  EXPECT_FALSE(system::exists(catalog + ".before-recovery"));
  EXPECT_FALSE(system::exists(scratch));
  processes.status = 1;
  EXPECT_EQ(provide().name, "catalog-not-current");
}

TEST_F(ProvideCatalogTest, ADumpThatKnowsMoreIsBetterThanNothing) {
  make_catalog(catalog, "");
  std::filesystem::remove(directory / "environment/usr/sbin/bscan");
  put_dump(old);
  const auto event = provide();
  EXPECT_EQ(event.name, "catalog-not-current");
  EXPECT_TRUE(event.flag("loaded"));
  EXPECT_EQ(event.list("unknown").size(), 1U);
  EXPECT_EQ(known(), (std::vector<std::string>{"1"}));
}

TEST_F(ProvideCatalogTest, ADumpOfAnotherVersionIsNotForThisBacula) {
  make_catalog(catalog, old);
  std::filesystem::remove(directory / "environment/usr/sbin/bscan");
  put_dump(newer + "UPDATE Version SET VersionId=14;\n");
  const auto event = provide();
  EXPECT_EQ(event.name, "catalog-not-current");
  EXPECT_NE(event.text("why").find("version 14"), std::string::npos) << event.text("why");
  EXPECT_EQ(known(), (std::vector<std::string>{"1"}));
}

TEST_F(ProvideCatalogTest, WhatItCannotMakeRoomForStopsNoRun) {
  make_catalog(catalog, old);
  directory.put("environment/var/lib/recover", "a file where a directory should be");
  EXPECT_EQ(provide().name, "catalog-not-current");
  EXPECT_EQ(known(), (std::vector<std::string>{"1"}));
}

TEST_F(ProvideCatalogTest, TheDryRunSaysWhatItWillCome) {
  make_catalog(catalog, old);
  put_dump(newer);
  const auto lines = bacula::outlook_text(bacula::look_at_catalogs(action.request));
  ASSERT_EQ(lines.size(), 5U);
  EXPECT_EQ(lines[0],
            "The recovery environment's own will not do: it does not know Nightly, Incremental, 2026-11-21 "
            "22:58:02; the newest that it knows is Nightly (job 1), Full, 2026-11-21 22:58:01");
  EXPECT_EQ(lines[1].find("The dump " + action.request.dump), 0U);
  EXPECT_EQ(lines[2].find("Else it is rebuilt from the volumes by bscan, which reads 2 volume(s)"), 0U);
  std::filesystem::remove(catalog);
  make_catalog(catalog, newer);
  EXPECT_EQ(bacula::outlook_text(bacula::look_at_catalogs(action.request)).size(), 1U);
}

class PutCatalog : public testing::Test {
 protected:
  PutCatalog() : file(directory / "bacula.db"), made(directory.put("new/bacula.db", "new")) {}
  TemporaryDirectory directory;
  const std::string file, made;
};

TEST_F(PutCatalog, KeepsTheFormerOne) {
  directory.put("bacula.db", "old");
  EXPECT_EQ(put_catalog(made, file), file + ".before-recovery");
  EXPECT_EQ(system::read_file(file), "new");
  EXPECT_EQ(system::read_file(file + ".before-recovery"), "old");
}

TEST_F(PutCatalog, KeepsWhatAnEarlierRecoveryHasKept) {
  directory.put("bacula.db", "old");
  directory.put("bacula.db.before-recovery", "older");
  EXPECT_EQ(put_catalog(made, file), file + ".before-recovery.2");
  EXPECT_EQ(system::read_file(file + ".before-recovery"), "older");
}

TEST_F(PutCatalog, GoesOnWhereItWasKilled) {
  directory.put("bacula.db", "old");
  ASSERT_EQ(::link(file.c_str(), (file + ".before-recovery").c_str()), 0);
  EXPECT_EQ(put_catalog(made, file), file + ".before-recovery");
  EXPECT_EQ(system::read_file(file), "new");
  EXPECT_FALSE(system::exists(file + ".before-recovery.2"));
}

// SQLite would roll the former's journal back into the new one.
TEST_F(PutCatalog, TakesTheFormersJournalAway) {
  directory.put("bacula.db", "old");
  directory.put("bacula.db-journal", "of the old");
  put_catalog(made, file);
  EXPECT_FALSE(system::exists(file + "-journal"));
  EXPECT_EQ(system::read_file(file + ".before-recovery-journal"), "of the old");
}

TEST_F(PutCatalog, NeedsNoFormerOne) {
  EXPECT_EQ(put_catalog(made, file), "");
  EXPECT_EQ(system::read_file(file), "new");
}

TEST(Scan, ReadsVolumesInTheOrderInWhichTheyWereWritten) {
  TemporaryDirectory directory;
  directory.put("B", label("B"));
  directory.put("A", label("A"));
  directory.put("renamed", label("C"));
  directory.put("notes", "no volume");
  const auto volumes = bacula::volumes_to_scan(directory.path());
  ASSERT_EQ(volumes.volumes.size(), 2U);
  EXPECT_EQ(volumes.volumes[0].name, "A");
  EXPECT_EQ(volumes.left_out.size(), 2U);
  EXPECT_EQ(volumes.bytes, static_cast<std::int64_t>(label("A").size() + label("B").size()));
}

// In a list of volumes the bar parts two names: bscan would ask for volumes that are not there.
TEST(Scan, TellsOfAVolumeWhoseNameCannotStandInAList) {
  TemporaryDirectory directory;
  directory.put("A|B", label("A|B"));
  directory.put("A\nB", label("A\nB"));
  const auto volumes = bacula::volumes_to_scan(directory.path());
  EXPECT_TRUE(volumes.volumes.empty());
  EXPECT_EQ(volumes.left_out, (std::vector<std::string>{"bscan cannot be given the name A\\012B",
                                                        "bscan cannot be given the name A|B"}));
}

TEST(Scan, TellsHowFarItIs) {
  bacula::VolumesToScan volumes;
  volumes.volumes = {{"A", 1000, 1}, {"B", 2000, 2}};
  volumes.bytes = 3000;
  Doing processes;
  processes.bscan = [] {
    return std::string(
        "x JobId 0: Ready to read from volume \"A\" on File device\ndone: 50%\ndone: 100%\n"
        "x JobId 0: Ready to read from volume \"B\" on File device\ndone: 25%\n");
  };
  std::vector<std::int64_t> told;
  const auto note = [&](std::int64_t bytes, std::int64_t total, const std::string&) {
    EXPECT_EQ(total, 3000);
    told.push_back(bytes);
  };
  bacula::scan(processes, {"bscan"}, volumes, std::chrono::minutes(1), note);
  EXPECT_EQ(told, (std::vector<std::int64_t>{500, 1000, 1500}));
  processes.status = 1;
  processes.bscan = [] {
    return std::string("bscan: ERR=no such device\n");
  };
  try {
    bacula::scan(processes, {"bscan"}, volumes, std::chrono::minutes(1), {});
    FAIL();
  } catch (const Failed& error) {
    EXPECT_NE(error.problem().find("no such device"), std::string::npos);
  }
}

}  // namespace
}  // namespace recover::test
