#include "recover/bacula/choose.hpp"

#include <gtest/gtest.h>

#include "recover/bacula/catalog.hpp"
#include "recover/bacula/file_list.hpp"
#include "recover/error.hpp"
#include "recover/system/files.hpp"
#include "scripted_processes.hpp"
#include "system_temporary.hpp"
#include "tests/unit/recorded_machine.hpp"

namespace recover::bacula {
namespace {

using tests::ScriptedDirector;

// The Director's answer in full, as 9.6.7 gives it for the FileSet of tests/unit/data/bacula.
constexpr const char* chosen = R"(Using Catalog "MyCatalog"
+-------+-------+----------+----------+---------------------+------------+
| JobId | Level | JobFiles | JobBytes | StartTime           | VolumeName |
+-------+-------+----------+----------+---------------------+------------+
| 35    | F     | 8        | 146      | 2026-11-21 22:58:02 | Small-0005 |
| 36    | I     | 3        | 25       | 2026-11-21 22:58:26 | Small-0005 |
+-------+-------+----------+----------+---------------------+------------+
You have selected the following JobIds: 35,36

Building directory tree for JobId(s) 35,36 ...  
5 files inserted into the tree and marked for extraction.
Bootstrap records written to /var/lib/bacula/main-dir.restore.1.bsr

The Job will require the following (*=>InChanger):
   Volume(s)                 Storage(s)                SD Device(s)
===========================================================================
   
    Small-0005                File1                     FS                       

Volumes marked with "*" are in the Autochanger.


7 files selected to be restored.

Using Catalog "MyCatalog"
Run Restore job
JobName:         R1
Bootstrap:       /var/lib/bacula/main-dir.restore.1.bsr
OK to run? (yes/mod/no): no
Job not run.
)";

class Choose : public testing::Test {
 protected:
  Choose() {
    request.console = {ScriptedDirector::argv()};
    request.root = directory / "environment";
    request.client = "root-fd";
    request.fileset = "small";
    request.storage = "File1";
    request.catalog_kind = "sqlite3";
    request.keep = directory / "keep";
    request.restore_job = "R1";
    directory.put("environment/var/lib/bacula/main-dir.restore.1.bsr",
                  system::read_file(test::source_path("tests/unit/data/bacula/director.bsr")));
    director.session({{".jobs", "R1\n"},
                      {".jobs type=B", ""},
                      {".jobs type=c", ""},
                      {".jobs type=g", ""},
                      {".clients", "root-fd\n"},
                      {".filesets", "small\n"},
                      {".storage", "File1\n"},
                      {".schedule", ""}});
  }
  // bconsole reads both lines at once; the Director echoes the second within its question.
  void restore(const std::string& answer) {
    const auto lines = choose_lines(request);
    director.answer(ScriptedDirector::argv(), lines[0] + "\n" + lines[1] + "\n",
                    ScriptedDirector::greeting + lines[0] + "\n" + answer);
  }
  void jobs(const std::string& second = "T\t0\t") {
    director.sql(
        "SELECT JobId,Name,Level,StartTime,JobFiles,JobBytes,JobStatus,JobErrors FROM Job WHERE JobId IN "
        "(35,36)",
        "36\tLittle\tI\t2026-11-21 22:58:26\t3\t25\t" + second +
            "35\tLittle\tF\t2026-11-21 22:58:02\t8\t146\tT\t0\t");
  }
  static inline const std::string digest = "y5Ro3RQJBYH/G4+xVCRH2g";  // MD5
  void files(int count) {
    director.sql("SELECT MAX(VersionId) FROM Version", "16\t");
    std::string rows;
    for (int i = 0; i < count - 1; ++i) {
      rows += "2F7372762F68322F\t" + std::string("6E0A") + "3" + std::to_string(i) +
              "\tP4A q0jn IGk B A A A Bk BAA I BrAheB BrAheB BrAheB A A C\t" + digest + "\t";
    }
    director.sql(files_query("sqlite3", 16, {35, 36}),
                 rows + "2F7372762F68322F\t\tP4A q0jn EHt C A A A BAA BAA A BrAheB BrAheB BrAheB A A C\t0\t");
    director.sql("SELECT COUNT(*) FROM RestoreObject WHERE JobId IN (35,36)", "0\t");
  }
  std::string problem() {
    try {
      choose_backup(director, request);
    } catch (const Error& error) {
      return error.problem();
    }
    return {};
  }

  tests::TemporaryDirectory directory;
  ScriptedDirector director;
  ChooseRequest request;
};

TEST_F(Choose, KeepsWhatTheDirectorChose) {
  restore(chosen);
  jobs();
  files(7);
  const auto backup = choose_backup(director, request);
  EXPECT_TRUE(backup.by_director);
  EXPECT_EQ(backup.files, 7);
  EXPECT_EQ(backup.bytes, 600);  // six regular files of 100 bytes
  EXPECT_EQ(backup.volumes, std::vector<std::string>{"Small-0005"});
  ASSERT_EQ(backup.jobs.size(), 2U);
  EXPECT_EQ(backup.jobs[0], (BackupJob{35, "Little", "Full", "2026-11-21 22:58:02", 8, 146}));
  EXPECT_EQ(backup.jobs[1].level, "Incremental");
  EXPECT_EQ(read_backup(request.keep), backup);
  EXPECT_TRUE(system::exists(request.keep + "/backup.bsr"));
  std::vector<std::string> names;
  read_file_list(request.keep + "/backup.files", [&](const ListedFile& file) { names.push_back(file.name); });
  ASSERT_EQ(names.size(), 7U);
  EXPECT_EQ(names.front(), "/srv/h2/n\n0");
  EXPECT_EQ(names.back(), "/srv/h2");
}

// A catalog that is older than the newest backup would choose the one before, without a word.
TEST_F(Choose, TheNewestMustBeKnown) {
  const std::string recorded = test::source_path("tests/unit/data/bacula");
  request.newest = {recorded + "/write-bootstrap.bsr", directory / "no-volumes", "Little", ""};
  const std::string asked =
      "SELECT JobId FROM Job WHERE Type='B' AND JobStatus IN ('T','W') AND ((VolSessionTime=1795301873 AND "
      "VolSessionId=2) OR (Name='Little' AND (VolSessionTime>1795301873 OR (VolSessionTime=1795301873 AND "
      "VolSessionId>2)))) LIMIT 1";
  restore(chosen);
  jobs();
  files(7);
  director.sql(asked, "");
  director.sql(asked, "36\t");
  EXPECT_NE(
      problem().find("does not know the newest backup of this machine, Little, Incremental, 2026-11-21"),
      std::string::npos);
  EXPECT_EQ(choose_backup(director, request).files, 7);
}

TEST_F(Choose, AnEmptyBootstrapOfTheDirectorIsNoBadUsage) {
  directory.put("environment/var/lib/bacula/main-dir.restore.1.bsr", "");
  restore(chosen);
  jobs();
  try {
    choose_backup(director, request);
    FAIL() << "an empty bootstrap was taken";
  } catch (const Failed& error) {
    EXPECT_NE(error.problem().find(" free)"), std::string::npos) << error.what();
    EXPECT_NE(error.remedy().find("Make room"), std::string::npos) << error.what();
  }
}

TEST_F(Choose, SaysTheLines) {
  request.as_of = "2026-11-21 23:00:00";
  request.client = "root fd";
  EXPECT_EQ(choose_lines(request),
            (std::vector<std::string>{
                "restore client=\"root fd\" fileset=small restorejob=R1 storage=File1 "
                "where=/recover-must-not-restore-now before=\"2026-11-21 23:00:00\" select all done",
                "no"}));
  request.as_of = "yesterday\" yes";
  EXPECT_THROW(choose_lines(request), UsageError);
}

TEST_F(Choose, SaysWhenThereIsNoBackup) {
  request.as_of = "2001-01-01 00:00:00";
  restore(
      "Using Catalog \"Cat\"\nNo Full backup before 2001-01-01 00:00:00 found.\nno\nno: is an invalid "
      "command.\n");
  EXPECT_NE(problem().find("No Full backup before"), std::string::npos);
  EXPECT_FALSE(system::exists(request.keep + "/backup.toml"));
}

TEST_F(Choose, RefusesAChainWithABadJob) {
  restore(chosen);
  jobs("E\t2\t");
  EXPECT_THROW(choose_backup(director, request), Refused);
  EXPECT_NE(
      problem().find("needs job 36 (Little, Incremental, 2026-11-21 22:58:26), which ended with status E"),
      std::string::npos);
}

TEST_F(Choose, TellsOfErrorsInAJobThatEndedWell) {
  restore(chosen);
  jobs("T\t2\t");
  files(7);
  EXPECT_EQ(choose_backup(director, request).jobs[1].errors, 2);
  EXPECT_EQ(read_backup(request.keep).jobs[1].errors, 2);
}

TEST_F(Choose, SendsNoNameThatTheDirectorDoesNotKnow) {
  request.fileset = "smal";
  EXPECT_NE(problem().find("knows no FileSet named \"smal\""), std::string::npos);
  EXPECT_EQ(director.calls.size(), 1U);
}

TEST_F(Choose, SaysWhenTheNamesWerePruned) {
  restore(
      "You have selected the following JobId: 35\n\nBuilding directory tree for JobId(s) 35 ...\n"
      "There were no files inserted into the tree, so file selection\nis not possible.Most likely your "
      "retention "
      "policy pruned the files\n\nDo you want to restore all the files? (yes|no): no\n");
  EXPECT_NE(problem().find("no longer holds the names"), std::string::npos) << problem();
}

TEST_F(Choose, SaysWhenListAndSelectionDiffer) {
  restore(chosen);
  jobs();
  files(6);
  const auto said = problem();
  EXPECT_NE(said.find("selected 7 files; its bootstrap file"), std::string::npos) << said;
  EXPECT_NE(said.find("holds 7, and the catalog lists 6"), std::string::npos) << said;
  EXPECT_FALSE(system::exists(request.keep + "/backup.toml"));
  EXPECT_FALSE(system::exists(request.keep + "/backup.files"));
}

TEST_F(Choose, BelievesListAndBootstrapWhereTheDirectorCountsOtherwise) {
  auto one_less = std::string(chosen);
  const auto at = one_less.find("7 files selected");
  ASSERT_NE(at, std::string::npos);
  restore(one_less.replace(at, 1, "6"));
  jobs();
  files(7);
  EXPECT_EQ(choose_backup(director, request).files, 7);
}

TEST_F(Choose, SaysWhenARestoreWasStarted) {
  restore("Job queued. JobId=7\n");
  EXPECT_NE(problem().find("started a restore"), std::string::npos);
}

TEST(FilesQuery, FitsTheCatalog) {
  EXPECT_NE(files_query("sqlite3", 16, {1}).find("JOIN Filename"), std::string::npos);
  EXPECT_EQ(files_query("mysql", 1022, {1}).find("JOIN Filename"), std::string::npos);
  EXPECT_NE(files_query("postgresql", 1024, {1, 2})
                .find("encode(convert_to(F.Filename,getdatabaseencoding()),'hex')"),
            std::string::npos);
  EXPECT_THROW(files_query("oracle", 16, {1}), UsageError);
}

TEST(WholeNumber, TakesThousandsCommas) {
  EXPECT_EQ(whole_number("40,208"), 40208);
  EXPECT_THROW(whole_number("x"), Failed);
  EXPECT_THROW(whole_number(""), Failed);
}

}  // namespace
}  // namespace recover::bacula
