// recover freshen: what is to be done to the environment, what Bacula has left undone, and the record.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include "recover/bacula/catalog_sight.hpp"
#include "recover/error.hpp"
#include "recover/freshen/backup.hpp"
#include "recover/freshen/environment.hpp"
#include "recover/freshen/record.hpp"
#include "recover/system/files.hpp"
#include "tests/unit/recorded_machine.hpp"
#include "tests/unit/scripted_processes.hpp"
#include "tests/unit/small_catalog.hpp"
#include "tests/unit/system_temporary.hpp"

namespace recover::freshen {
namespace {

using recover::tests::catalog_job;
using recover::tests::make_catalog;
using recover::tests::TemporaryDirectory;

EnvironmentSight current() {
  EnvironmentSight sight;
  sight.path = "/mnt/storage/environment";
  sight.catalog = "sqlite3";
  sight.stamp =
      EnvironmentStamp{"2026-11-01 03:00:00", "packages", "9.6.7", "0.1.0", 2, "", "/etc/x", "SHA1 x"};
  sight.bacula = "9.6.7";
  sight.recover = "0.1.0";
  sight.newest = "job 3 of 2026-11-22 23:06:01";
  return sight;
}

std::string why_anew(const EnvironmentSight& sight) {
  const auto wanted = renew_environment(sight);
  EXPECT_TRUE(wanted.piece.missing.empty());
  return wanted.renewal == Renewal::all ? wanted.piece.done.front() : "it is not made anew";
}

void expect_holds(const std::string& text, const std::string& part) {
  EXPECT_NE(text.find(part), std::string::npos) << text;
}

TEST(FreshEnvironment, ThatKnowsTheNewestBackupIsLeft) {
  const auto wanted = renew_environment(current());
  EXPECT_EQ(wanted.renewal, Renewal::none);
  EXPECT_FALSE(wanted.profile);
  EXPECT_TRUE(wanted.piece.done.empty());
  EXPECT_TRUE(wanted.piece.missing.empty());
  expect_holds(wanted.piece.current, "job 3");
}

TEST(FreshEnvironment, AfterABackupGetsTheCatalogAlone) {
  auto sight = current();
  sight.knows_newest = false;
  const auto wanted = renew_environment(sight);
  EXPECT_EQ(wanted.renewal, Renewal::catalog);
  ASSERT_EQ(wanted.piece.done.size(), 1U);
  expect_holds(wanted.piece.done[0], "it did not know job 3");
}

TEST(FreshEnvironment, IsMadeAnewForEachOtherReason) {
  auto sight = current();
  sight.knows_newest = false;  // that of the catalog is one that all others outweigh
  auto other = sight;
  other.incomplete = "Not found in the recovery environment: bextract";
  expect_holds(why_anew(other), "bextract");
  other = sight;
  other.stamp.reset();
  expect_holds(why_anew(other), "it has no stamp");
  other = sight;
  other.stamp->recover = "0.0.9";
  expect_holds(why_anew(other), "recover 0.0.9, and this is 0.1.0");
  other = sight;
  other.bacula = "13.0.3";
  expect_holds(why_anew(other), "Bacula 9.6.7, and the machine's Director is 13.0.3");
  other = sight;
  other.changed = {"/etc/bacula/bacula-dir.conf"};
  expect_holds(why_anew(other), "/etc/bacula/bacula-dir.conf");
  other = sight;
  other.catalog_problem = "it has no catalog /var/lib/bacula/bacula.db";
  expect_holds(why_anew(other), "no catalog");
}

TEST(FreshEnvironment, IsMadeAnewWhenTheProfileSaysOfSomethingElse) {
  auto sight = current();
  sight.from = "packages";
  EXPECT_EQ(renew_environment(sight).renewal, Renewal::none);
  sight.from = "mmdebstrap";
  expect_holds(why_anew(sight), "made from packages, and the profile says mmdebstrap");
}

// Neither a run that must fail, nor one each day.
TEST(FreshEnvironment, WithoutWhatItIsMadeFromIsMissing) {
  auto sight = current();
  sight.sources = {{"there is no stage3 /x, which it is made from", "Download one"}};
  EXPECT_TRUE(renew_environment(sight).piece.missing.empty()) << "it need not be made";
  sight.knows_newest = false;
  EXPECT_EQ(renew_environment(sight).renewal, Renewal::catalog);
  sight.stamp->bacula = "9.6.6";
  const auto wanted = renew_environment(sight);
  EXPECT_EQ(wanted.renewal, Renewal::none);
  EXPECT_TRUE(wanted.piece.done.empty());
  ASSERT_EQ(wanted.piece.missing.size(), 1U);
  expect_holds(wanted.piece.missing[0].problem, "must be made anew (it has Bacula 9.6.6");
  expect_holds(wanted.piece.missing[0].problem, "there is no stage3 /x");
}

TEST(FreshEnvironment, LooksForWhatItIsMadeFrom) {
  const TemporaryDirectory base;
  ProfileEnvironment environment;
  EXPECT_TRUE(missing_sources(environment).empty());
  environment.from = "stage3";
  environment.stage3 = base / "stage3.tar.xz";
  ASSERT_EQ(missing_sources(environment).size(), 1U);
  base.put("stage3.tar.xz", "");
  EXPECT_TRUE(missing_sources(environment).empty());
}

TEST(FreshEnvironment, ADirectorThatDoesNotAnswerIsNoReason) {
  auto sight = current();
  sight.bacula = sight.newest = "";
  EXPECT_EQ(renew_environment(sight).renewal, Renewal::none);
}

TEST(FreshEnvironment, IsNotMadeAnewWithoutABackupToProveItBy) {
  auto sight = current();
  sight.newest = "";
  sight.stamp.reset();
  const auto wanted = renew_environment(sight);
  EXPECT_EQ(wanted.renewal, Renewal::none);
  ASSERT_EQ(wanted.piece.missing.size(), 1U);
  expect_holds(wanted.piece.missing[0].problem, "no good backup");
}

TEST(FreshEnvironment, WhatItsConfigurationCannotBeMadeFromIsMissing) {
  auto sight = current();
  sight.refusals = {{"No Client is this machine", "Name it"}};
  sight.stamp.reset();
  const auto wanted = renew_environment(sight);
  EXPECT_EQ(wanted.renewal, Renewal::none);
  EXPECT_EQ(wanted.piece.missing, (std::vector<Missing>{{"No Client is this machine", "Name it"}}));
}

TEST(FreshEnvironment, WithAnotherProfileGetsTheProfile) {
  auto sight = current();
  sight.same_profile = false;
  const auto wanted = renew_environment(sight);
  EXPECT_TRUE(wanted.profile);
  EXPECT_EQ(wanted.renewal, Renewal::none);
}

TEST(FreshEnvironment, MadeByHandIsLeftAlone) {
  auto sight = current();
  sight.by_hand = true;
  sight.stamp.reset();
  sight.changed = {"/etc/bacula/bacula-dir.conf"};
  EXPECT_TRUE(renew_environment(sight).piece.missing.empty());
  sight.catalog = "postgresql";
  EXPECT_TRUE(renew_environment(sight).piece.missing.empty());
  sight.knows_newest = false;
  const auto wanted = renew_environment(sight);
  EXPECT_EQ(wanted.renewal, Renewal::none);
  ASSERT_EQ(wanted.piece.missing.size(), 1U);
  expect_holds(wanted.piece.missing[0].problem, "does not know job 3");
}

TEST(FreshEnvironment, TheCatalogOfAServerIsRenewedAloneToo) {
  auto sight = current();
  sight.catalog = "postgresql";
  EXPECT_EQ(renew_environment(sight).renewal, Renewal::none);
  sight.knows_newest = false;
  const auto wanted = renew_environment(sight);
  EXPECT_EQ(wanted.renewal, Renewal::catalog);
  ASSERT_EQ(wanted.piece.done.size(), 1U);
  expect_holds(wanted.piece.done[0], "only the catalog dumped and loaded anew");
}

TEST(FreshCatalog, OfAServerIsDumpedHereAndLoadedThere) {
  auto profile = test::sample_profile();
  EXPECT_EQ(renewal_of_catalog("/env", profile).size(), 1U);
  profile.bacula.catalog = "mysql";
  const auto actions = renewal_of_catalog("/env", profile);
  ASSERT_EQ(actions.size(), 6U);
  EXPECT_TRUE(std::holds_alternative<DumpCatalog>(actions.front()));
  // The machine's server is asked before anything of the environment lies over the machine's.
  for (std::size_t at = 1; at < 5; ++at)
    EXPECT_TRUE(std::get<Mount>(actions[at]).target.starts_with("/env/")) << at;
  EXPECT_TRUE(std::holds_alternative<LoadCatalog>(actions.back()));
}

TEST(FreshCatalog, OfAServerIsKnownByTheNoteBesideIt) {
  const TemporaryDirectory environment;
  auto profile = test::sample_profile();
  profile.bacula.catalog = "postgresql";
  bacula::JobRecord job;
  job.session_id = 3;
  job.session_time = 77;
  EXPECT_FALSE(knows(environment.path(), profile, job));
  const std::string known =
      "version\t16\njobs\t1\nbackup\t77\t3\t9\tNightly\tF\t2026-11-21 22:58:01\t3\t300\nend\n";
  environment.put("var/lib/recover-catalog/known", known);
  EXPECT_FALSE(knows(environment.path(), profile, job)) << "there is no data that it could be of";
  environment.put("var/lib/recover-catalog/data/PG_VERSION", "15");
  EXPECT_TRUE(knows(environment.path(), profile, job));
  EXPECT_NO_THROW(require_knows(environment.path(), profile, job));
  job.session_id = 4;
  EXPECT_THROW(require_knows(environment.path(), profile, job), Failed);
}

TEST(FreshCatalog, KnowsAJobThatHasEndedWellAndNoOther) {
  const TemporaryDirectory directory;
  const auto path = directory / "catalog.db";
  make_catalog(path, catalog_job(1, "Nightly", 1) + catalog_job(2, "Nightly", 2, "R") +
                         catalog_job(3, "Nightly", 3, "W"));
  EXPECT_TRUE(bacula::catalog_knows(path, {1, 77, {}}));
  EXPECT_TRUE(bacula::catalog_knows(path, {3, 77, {}}));
  EXPECT_FALSE(bacula::catalog_knows(path, {2, 77, {}})) << "it still ran";
  EXPECT_FALSE(bacula::catalog_knows(path, {1, 78, {}})) << "another of that number";
  EXPECT_FALSE(bacula::catalog_knows(path, {4, 77, {}}));
  EXPECT_THROW(bacula::catalog_knows(path + ".gone", {1, 77, {}}), Failed);
  EXPECT_THROW(bacula::catalog_knows(test::source_path("README.md"), {1, 77, {}}), Failed);
}

// The storage volume in small, seen without a Director.
class OnStorage : public testing::Test {
 protected:
  OnStorage() {
    profile = test::sample_profile();
    facts.mount_point = storage.path();
    facts.writable = facts.environment = true;
    facts.environment_tools = {{"bacula-dir", "/usr/sbin/bacula-dir"}};
    bacula::JobRecord job;
    job.id = 3;
    job.end = "2026-11-22 23:06:01";
    job.ended = 1763790000;
    job.session_id = 3;
    job.session_time = 1763790000;
    backups.newest = backups.in_bootstrap = job;
    backups.bacula = "9.6.7";
  }
  void put_bootstrap(const std::string& session) {
    facts.bootstrap = storage.put("bootstraps/alder.bsr",
                                  "Storage=\"File1\"\nVolume=\"V1\"\nMediaType=\"File1\"\n"
                                  "VolSessionId=" +
                                      session +
                                      "\nVolSessionTime=1763790000\nVolAddr=0-99\n"
                                      "FileIndex=1-6\n");
    facts.volumes = {{"V1", 100, "", 0}};
  }
  std::string missing(const Piece& piece) const {
    std::string text;
    for (const auto& one : piece.missing) text += one.problem + ". " + one.remedy + "\n";
    return text;
  }

  const TemporaryDirectory storage;
  Profile profile;
  StorageFacts facts;
  Backups backups;
};

TEST_F(OnStorage, ABootstrapFileOfTheNewestBackupIsCurrent) {
  put_bootstrap("3");
  const auto piece = look_at_bootstrap(profile, facts, backups);
  EXPECT_EQ(missing(piece), "");
  expect_holds(piece.current, "tells of job 3");
}

TEST_F(OnStorage, AnOldBootstrapFileIsMissingWithTheLineToAdd) {
  put_bootstrap("2");
  const auto said = missing(look_at_bootstrap(profile, facts, backups));
  expect_holds(said, "does not tell of job 3");
  expect_holds(said, "Write Bootstrap = \"" + storage.path() + "/bootstraps/alder.bsr\"");
}

TEST_F(OnStorage, NoBootstrapFileIsMissingAlsoWithoutADirector) {
  backups = {};
  expect_holds(missing(look_at_bootstrap(profile, facts, backups)), "There is no bootstrap file");
  put_bootstrap("2");
  EXPECT_EQ(missing(look_at_bootstrap(profile, facts, backups)), "") << "how old it is nobody can tell";
}

TEST_F(OnStorage, AVolumeThatTheBootstrapFileNamesAndThatIsGoneIsMissing) {
  put_bootstrap("3");
  facts.volumes = {{"V1", 0, "The volume V1 is missing in /mnt/storage/bacula", 0}};
  expect_holds(missing(look_at_bootstrap(profile, facts, backups)), "The volume V1 is missing");
}

TEST_F(OnStorage, ABootstrapFileThatCannotBeReadIsMissing) {
  put_bootstrap("3");
  storage.put("bootstraps/alder.bsr", "rubbish");
  EXPECT_EQ(look_at_bootstrap(profile, facts, backups).missing.size(), 1U);
}

TEST_F(OnStorage, ADumpIsAskedForWhereOneIsNamedOrNeeded) {
  EXPECT_FALSE(wants_dump(profile)) << "the environment has the catalog";
  profile.verify.catalog_dump = "bootstraps/bacula.sql";
  EXPECT_TRUE(wants_dump(profile));
  expect_holds(missing(look_at_dump(profile, facts, backups)), "no copy of the catalog");
  profile.verify.catalog_dump = "";
  profile.bacula.catalog = "postgresql";
  EXPECT_FALSE(wants_dump(profile)) << "it is dumped into the environment";
  profile.environment.by_hand = true;
  EXPECT_TRUE(wants_dump(profile));
  expect_holds(missing(look_at_dump(profile, facts, backups)), "names no dump");
}

TEST_F(OnStorage, ADumpIsNotOlderThanTheNewestBackup) {
  profile.verify.catalog_dump = "bootstraps/bacula.sql";
  const auto dump = storage.put("bootstraps/bacula.sql", "INSERT");
  EXPECT_EQ(missing(look_at_dump(profile, facts, backups)), "");
  const struct timespec times[2] = {{1763789999, 0}, {1763789999, 0}};
  ASSERT_EQ(::utimensat(AT_FDCWD, dump.c_str(), times, 0), 0);
  expect_holds(missing(look_at_dump(profile, facts, backups)), "is older than the newest backup, job 3");
}

TEST_F(OnStorage, ADumpThatLiesInTheRootIsNone) {
  profile.verify.catalog_dump = "bacula.sql";
  const TemporaryDirectory root;
  std::filesystem::create_symlink(root.put("bacula.sql", "INSERT"), storage / "bacula.sql");
  expect_holds(missing(look_at_dump(profile, facts, backups)), "leads away from the storage volume");
}

TEST_F(OnStorage, ACatalogWithoutAnyGoodBackupIsMissing) {
  EXPECT_EQ(missing(look_at_backups(profile, backups)), "");
  backups.newest.reset();
  expect_holds(missing(look_at_backups(profile, backups)), "knows no good backup of the job BackupAlder");
}

TEST_F(OnStorage, AnEnvironmentIsLookedAt) {
  recover::tests::ScriptedProcesses processes;
  facts.environment_tools = {{"bacula-dir", ""}};
  expect_holds(look_at_environment(processes, profile, facts, backups).incomplete, "bacula-dir");
  facts.environment_tools = {{"bacula-dir", "/usr/sbin/bacula-dir"}};
  profile.environment.by_hand = true;
  profile.bacula.configuration = "/etc/bacula";
  const auto problem = [&] {
    return look_at_environment(processes, profile, facts, backups).catalog_problem;
  };
  std::filesystem::create_directories(storage / "environment/var/lib/bacula");
  expect_holds(problem(), "names no SQLite catalog");
  storage.put("environment/etc/bacula/bacula-dir.conf",
              "Director { Name = alder-dir\nWorkingDirectory = /var/lib/bacula\n}\n"
              "Catalog { Name = c; dbname = bacula\n}\n");
  expect_holds(problem(), "it has no catalog /var/lib/bacula/bacula.db");
  backups.newest->session_id = 3;
  backups.newest->session_time = 77;
  make_catalog(storage / "environment/var/lib/bacula/bacula.db", catalog_job(3, "Nightly", 3));
  EXPECT_TRUE(look_at_environment(processes, profile, facts, backups).knows_newest);
  backups.newest->session_id = 7;
  EXPECT_FALSE(look_at_environment(processes, profile, facts, backups).knows_newest);
  storage.put("environment/var/lib/bacula/bacula.db-journal", "half a change");
  expect_holds(problem(), "in the middle of a change");
}

TEST(FreshenRecord, IsReadAsItWasWritten) {
  const TemporaryDirectory directory;
  EXPECT_FALSE(read_record(directory.path()));
  const Record record{"uuid", 1763790000,     "2025-11-22 05:40:00 +0000",
                      691200, {"profile: x"}, {"bootstrap: y"}};
  leave_record(directory.path(), record);
  EXPECT_EQ(read_record(directory.path()), record);
  directory.put("freshen.json", "{\"event\":\"verify-ended\",\"at\":1}");
  EXPECT_FALSE(read_record(directory.path()));
  directory.put("freshen.json", "torn");
  EXPECT_FALSE(read_record(directory.path()));
}

TEST(FreshenRecord, IsComplainedOfWhenItIsOldOrSomethingIsMissing) {
  Record record{"uuid", 1000000, "", 8 * 86400, {}, {}};
  EXPECT_EQ(complaint(record, 1000000 + 8 * 86400), "");
  expect_holds(complaint(record, 1000001 + 8 * 86400), "last ran 8 d ago, more than 8 d");
  EXPECT_EQ(complaint(record, 999000), "") << "a clock that was put back";
  record.missing = {"bootstrap: x"};
  expect_holds(complaint(record, 1000000), "NOT CURRENT");
}

}  // namespace
}  // namespace recover::freshen
