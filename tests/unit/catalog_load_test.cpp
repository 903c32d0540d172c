// Catalogs of SQLite: read as they lie, loaded from a dump, made empty.
#include "recover/bacula/catalog_load.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include "recover/bacula/catalog_sight.hpp"
#include "recover/bacula/table_script.hpp"
#include "recover/error.hpp"
#include "recover/system/files.hpp"
#include "small_catalog.hpp"
#include "system_temporary.hpp"

namespace recover::bacula {
namespace {

using namespace recover::tests;

NewestBackup wanted(std::initializer_list<std::uint32_t> sessions) {
  NewestBackup newest;
  for (const auto session : sessions) newest.jobs.push_back({session, 77, {}});
  return newest;
}

class CatalogTest : public testing::Test {
 protected:
  std::string problem_of(const std::string& content) const {
    try {
      load_catalog_dump(directory.put("bacula.sql", content), directory / "loaded.db", {});
    } catch (const Failed& error) {
      return error.problem();
    }
    return "";
  }
  CatalogSight look(const std::string& name, std::initializer_list<std::uint32_t> sessions) const {
    return look_at_catalog(directory / name, "Nightly", wanted(sessions));
  }
  TemporaryDirectory directory;
};

TEST_F(CatalogTest, KnowsAJobByItsSession) {
  make_catalog(directory / "a.db", catalog_job(1, "Nightly", 1) + catalog_job(2, "Nightly", 2));
  const auto sight = look("a.db", {1, 2});
  EXPECT_TRUE(sight.readable());
  EXPECT_TRUE(sight.knows_newest);
  EXPECT_TRUE(sight.unknown.empty());
  EXPECT_EQ(sight.version, 16);
  EXPECT_EQ(sight.jobs, 2);
  EXPECT_EQ(words_of(sight.newest), "Nightly (job 2), Full, 2026-11-21 22:58:02");
}

TEST_F(CatalogTest, DoesNotKnowALaterOneOrOneThatFailed) {
  make_catalog(directory / "a.db", catalog_job(1, "Nightly", 1) + catalog_job(2, "Nightly", 2, "E"));
  const auto sight = look("a.db", {1, 2, 3});
  EXPECT_FALSE(sight.knows_newest);
  ASSERT_EQ(sight.unknown.size(), 2U);
  EXPECT_EQ(sight.unknown[1].session_id, 3U);
}

// A bootstrap file that is written no more tells of jobs that the catalog has long forgotten.
TEST_F(CatalogTest, ThatKnowsALaterOneWillDo) {
  make_catalog(directory / "a.db", catalog_job(5, "Nightly", 4) + catalog_job(6, "Other", 5));
  EXPECT_TRUE(look("a.db", {3}).knows_newest);
  EXPECT_FALSE(look("a.db", {5, 6}).knows_newest) << "job 6 is another's";
}

TEST_F(CatalogTest, ThatIsNoneSaysSo) {
  directory.put("text.db", std::string(8192, 'x'));
  for (const auto* name : {"text.db", "nowhere.db"}) {
    const auto sight = look(name, {1});
    EXPECT_FALSE(sight.readable());
    EXPECT_FALSE(sight.knows_newest);
    EXPECT_EQ(sight.unknown.size(), 1U);
  }
}

TEST_F(CatalogTest, IsReadWithoutAnythingWritten) {
  const auto path = directory / "dir?a=b#c%/a.db";
  directory.put("dir?a=b#c%/note", "");
  make_catalog(path, catalog_job(1, "Nightly", 1));
  ASSERT_EQ(::chmod(path.c_str(), 0400), 0);
  const auto before = system::read_file(path);
  EXPECT_TRUE(look("dir?a=b#c%/a.db", {1}).knows_newest);
  EXPECT_EQ(system::read_file(path), before);
}

TEST_F(CatalogTest, AnUnfinishedChangeIsToldAndRolledBack) {
  const auto path = directory / "a.db";
  make_catalog(path, catalog_job(1, "Nightly", 1));
  EXPECT_EQ(unfinished_change(path), "");
  directory.put("a.db-journal", "not a journal of SQLite");
  EXPECT_NE(unfinished_change(path), "");
  roll_back_unfinished(path);
  EXPECT_TRUE(look("a.db", {1}).knows_newest);
}

TEST_F(CatalogTest, IsLoadedFromADump) {
  EXPECT_EQ(problem_of(catalog_dump(catalog_job(1, "Nightly", 1) +
                                    "INSERT INTO Job VALUES(2,'a;\nb''c','B','F','T',"
                                    "replace('x\\ny','\\n',char(10)),2,77,0,0);\n")),
            "");
  EXPECT_TRUE(look("loaded.db", {1, 2}).knows_newest);
  struct stat status {};
  ASSERT_EQ(::stat((directory / "loaded.db").c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 07777U, 0600U);
  EXPECT_FALSE(system::exists(directory / "loaded.db-journal"));
}

TEST_F(CatalogTest, IsLoadedFromACopy) {
  make_catalog(directory / "copy", catalog_job(1, "Nightly", 1));
  EXPECT_EQ(problem_of(system::read_file(directory / "copy")), "");
  EXPECT_TRUE(look("loaded.db", {1}).knows_newest);
}

TEST_F(CatalogTest, ADumpThatIsCutShortIsNone) {
  const auto whole = catalog_dump(catalog_job(1, "Nightly", 1));
  EXPECT_NE(problem_of(whole.substr(0, whole.size() - 8)).find("it is cut short"), std::string::npos);
  std::filesystem::remove(directory / "loaded.db");
  EXPECT_NE(problem_of(whole.substr(0, whole.size() - 20)).find("it is cut short"), std::string::npos);
}

TEST_F(CatalogTest, AnothersDumpIsRefusedByItsName) {
  EXPECT_NE(problem_of("--\n-- PostgreSQL database dump\n--\n").find("PostgreSQL"), std::string::npos);
  EXPECT_NE(problem_of("-- MySQL dump 10.13\n").find("MySQL"), std::string::npos);
  EXPECT_NE(problem_of("/*M!999999\\- enable the sandbox mode */\n").find("MariaDB"), std::string::npos);
  EXPECT_NE(problem_of("\x1f\x8b\x08").find("gzip"), std::string::npos);
  EXPECT_NE(problem_of("").find("empty"), std::string::npos);
  EXPECT_FALSE(system::exists(directory / "loaded.db"));
}

// The text comes from a volume, or from whoever could write to the storage volume.
TEST_F(CatalogTest, ADumpTouchesNoOtherFile) {
  const auto other = directory / "other.db";
  for (const auto& statement :
       {"ATTACH DATABASE '" + other + "' AS o;", "VACUUM INTO '" + other + "';",
        std::string("SELECT load_extension('x');"),
        std::string("CREATE TRIGGER t AFTER INSERT ON Job BEGIN SELECT 1; END;"),
        std::string("CREATE VIRTUAL TABLE v USING fts5(x);"), std::string("nonsense;")}) {
    EXPECT_NE(problem_of(catalog_tables + statement + "\n"), "") << statement;
    EXPECT_FALSE(system::exists(other));
    std::filesystem::remove(directory / "loaded.db");
  }
}

TEST_F(CatalogTest, AnEmptyOneHasTablesAndVersion) {
  make_catalog(directory / "a.db", catalog_job(1, "Nightly", 1));
  make_empty_catalog(directory / "a.db", directory / "empty.db");
  const auto sight = look("empty.db", {1});
  EXPECT_EQ(sight.version, 16);
  EXPECT_EQ(sight.jobs, 0);
  SqliteFile empty(directory / "empty.db", SqliteFile::Way::as_it_lies);
  EXPECT_EQ(empty.rows("SELECT JobStatus,Severity FROM Status"), (std::vector<SqliteFile::Row>{{"T", "10"}}));
  EXPECT_EQ(empty.rows("SELECT name FROM sqlite_master WHERE type='index' AND sql IS NOT NULL").size(), 1U);
}

TEST_F(CatalogTest, AnEmptyOneIsMadeByBaculasScript) {
  const auto script = "#!/bin/sh\nsqlite3 $* ${db_name}.db <<END-OF-DATA\n" + catalog_tables +
                      "INSERT INTO Version (VersionId) VALUES (16);\nPRAGMA default_cache_size = "
                      "100000;\n\nEND-OF-DATA\necho done\n";
  make_empty_catalog_by(script, directory / "empty.db");
  EXPECT_EQ(look("empty.db", {}).version, 16);
  EXPECT_EQ(version_made_by(script), 16);
  EXPECT_EQ(version_made_by(""), 0);
  EXPECT_THROW(make_empty_catalog_by("exit 0\n", directory / "other.db"), Failed);
}

TEST_F(CatalogTest, IsInOneFileWhenItIsClosed) {
  make_catalog(directory / "a.db", "");
  write_ahead(directory / "a.db");
  SqliteFile(directory / "a.db", SqliteFile::Way::existing).run(catalog_job(1, "Nightly", 1));
  close_catalog(directory / "a.db");
  EXPECT_FALSE(system::exists(directory / "a.db-wal"));
  EXPECT_TRUE(look("a.db", {1}).knows_newest);
}

}  // namespace
}  // namespace recover::bacula
