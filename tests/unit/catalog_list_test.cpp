#include "recover/bacula/catalog_list.hpp"

#include <gtest/gtest.h>

#include <map>

#include "recover/bacula/sqlite_file.hpp"
#include "recover/error.hpp"
#include "recover/salvage_actions.hpp"
#include "recover/system/files.hpp"
#include "system_temporary.hpp"

namespace recover::bacula {
namespace {

const std::string job_table =
    "CREATE TABLE Version (VersionId INTEGER); CREATE TABLE Job (JobId INTEGER PRIMARY KEY, Name TEXT, Type "
    "CHAR(1), Level CHAR(1), JobStatus CHAR(1), StartTime DATETIME, VolSessionId INTEGER, VolSessionTime "
    "INTEGER, JobFiles INTEGER, JobBytes INTEGER, JobErrors INTEGER DEFAULT 0, PurgedFiles INTEGER DEFAULT "
    "0);"
    "CREATE TABLE Path (PathId INTEGER PRIMARY KEY, Path TEXT); INSERT INTO Path VALUES (1,'/etc/');";
const std::string nine =
    job_table +
    "INSERT INTO Version VALUES (16); CREATE TABLE Filename (FilenameId INTEGER PRIMARY KEY, "
    "Name BLOB); CREATE TABLE File (FileId INTEGER PRIMARY KEY, FileIndex INTEGER, JobId INTEGER, "
    "PathId INTEGER, FilenameId INTEGER, LStat TEXT, MD5 TEXT);"
    "INSERT INTO Filename VALUES (1,''),(2,'a'),(3,'b'),(4,X'FF0A'),(5,'d');";

std::string job(int id, const std::string& level, const std::string& status = "T",
                const std::string& name = "Alder") {
  const auto text = std::to_string(id);
  return "INSERT INTO Job VALUES (" + text + ",'" + name + "','B','" + level + "','" + status +
         "','2026-11-2" + text + " 10:00:00'," + text + ",77,3,300,0,0);";
}
std::string file(int id, int index, int in_job, int name, const std::string& digest) {
  return "INSERT INTO File VALUES (" + std::to_string(id) + "," + std::to_string(index) + "," +
         std::to_string(in_job) + ",1," + std::to_string(name) + ",'L" + std::to_string(id) + "','" + digest +
         "');";
}

class CatalogList : public testing::Test {
 protected:
  void make(const std::string& statements) {
    SqliteFile(directory / "bacula.db", SqliteFile::Way::fresh).run(statements);
  }
  std::map<std::string, ListedFile> list(const std::string& as_of = "") {
    FileListWriter writer(directory / "list");
    jobs = list_from_catalog({.catalog = directory / "bacula.db",
                              .newest = {directory / "none.bsr", directory / "none", "Alder", as_of}},
                             writer);
    writer.finish();
    std::map<std::string, ListedFile> files;
    read_file_list(directory / "list", [&](const ListedFile& listed) { files[listed.name] = listed; });
    return files;
  }
  static inline const std::string one = "y5Ro3RQJBYH/G4+xVCRH2g", two = "XUFAKrxLKna5cZ2REBfFkg";
  tests::TemporaryDirectory directory;
  std::vector<BackupJob> jobs;
};

TEST_F(CatalogList, TakesTheLastVersionOfEachNameInTheChain) {
  make(nine + job(1, "F") + job(2, "F") + job(3, "I") + job(4, "D") + job(5, "I") + job(6, "I", "f") +
       job(7, "I", "T", "Other") + file(10, 1, 2, 1, "0") + file(11, 2, 2, 2, one) + file(12, 3, 2, 3, one) +
       file(13, 1, 3, 5, one) +                           // an Incremental that the Differential holds again
       file(14, 1, 4, 2, two) + file(15, 0, 5, 3, "0") +  // a is another one, b was deleted
       file(16, 2, 5, 4, two) + file(17, 1, 6, 5, one) + file(18, 1, 7, 5, one));
  const auto files = list();
  ASSERT_EQ(files.size(), 3U);
  EXPECT_EQ(files.at("/etc").lstat, "L10");
  EXPECT_EQ(files.at("/etc").digest, "");
  EXPECT_EQ(files.at("/etc/a").lstat, "L14");
  EXPECT_EQ(files.at("/etc/a").digest, two);
  EXPECT_EQ(files.at("/etc/\xFF\n").digest, two);
  ASSERT_EQ(jobs.size(), 3U);
  EXPECT_EQ(jobs[0].id, 2);
  EXPECT_EQ(jobs[1].level, "Differential");
  EXPECT_EQ(jobs[2].id, 5);

  const auto earlier = list("2026-11-23 12:00:00");
  EXPECT_EQ(earlier.at("/etc/a").digest, one);
  EXPECT_TRUE(earlier.contains("/etc/b"));
  EXPECT_TRUE(earlier.contains("/etc/d"));
  EXPECT_THROW(list("2026-11-20 12:00:00"), Failed);
}

TEST_F(CatalogList, ReadsANewerCatalogWhoseFilesHaveTheirNames) {
  make(job_table +
       "INSERT INTO Version VALUES (1022); CREATE TABLE File (FileId INTEGER PRIMARY KEY, FileIndex INTEGER, "
       "JobId "
       "INTEGER, PathId INTEGER, Filename BLOB, LStat TEXT, MD5 TEXT);" +
       job(1, "F") + "INSERT INTO File VALUES (1,1,1,1,'fstab','L1','" + one + "');");
  const auto files = list();
  ASSERT_EQ(files.size(), 1U);
  EXPECT_EQ(files.at("/etc/fstab").digest, one);
}

TEST_F(CatalogList, RefusesWhatIsNoWholeList) {
  EXPECT_THROW(list(), Failed);  // there is none
  directory.put("bacula.db", "no database");
  EXPECT_THROW(list(), Failed);
  std::filesystem::remove(directory / "bacula.db");
  make(nine + job(1, "F") + file(1, 1, 1, 2, one) + "UPDATE Job SET PurgedFiles=1;");
  EXPECT_THROW(list(), Failed);
}

struct Told : Observer {
  void observe(const Event& event) override { events.push_back(event); }
  std::vector<Event> events;
};

TEST_F(CatalogList, TheActionSaysWhereItsListIsFrom) {
  make(nine + job(1, "F") + file(1, 1, 1, 2, one));
  Told told;
  ListBackup action;
  action.keep = directory / "keep";
  action.catalogs = {directory / "bacula.db"};
  action.backup_job = "Alder";
  action.volumes = action.bootstrap = directory / "none";
  recover::list_backup(action, told);
  ASSERT_EQ(told.events.size(), 1U);
  EXPECT_EQ(told.events[0].name, "backup-listed");
  EXPECT_EQ(told.events[0].text("from"), "catalog");
  EXPECT_EQ(told.events[0].number("files"), 1);
  recover::list_backup(action, told);  // it stands
  EXPECT_EQ(told.events.size(), 1U);
  std::filesystem::remove(action.keep + "/backup.files");
  action.catalogs.clear();
  recover::list_backup(action, told);
  ASSERT_EQ(told.events.size(), 2U);
  EXPECT_EQ(told.events[1].name, "no-list");
  EXPECT_FALSE(told.events[1].list("why").empty());
  EXPECT_FALSE(system::exists(action.keep + "/backup.files"));
}

}  // namespace
}  // namespace recover::bacula
