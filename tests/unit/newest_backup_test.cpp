// Which backup is the newest, without a catalog.
#include "recover/bacula/newest_backup.hpp"

#include <gtest/gtest.h>

#include <filesystem>

#include "recover/bacula/session_label.hpp"
#include "recover/system/files.hpp"
#include "synthetic_volume.hpp"
#include "system_temporary.hpp"
#include "tests/unit/recorded_machine.hpp"

namespace recover::bacula {
namespace {

using namespace recover::tests;
namespace fs = std::filesystem;

const std::string recorded = test::source_path("tests/unit/data/bacula");

TEST(SessionLabel, OfARealVolume) {
  const auto sessions = sessions_ended_behind(recorded + "/Small-0005", 0);
  ASSERT_EQ(sessions.size(), 2U);
  EXPECT_EQ(sessions[0].job, "Little");
  EXPECT_EQ(sessions[0].client, "h2-fd");
  EXPECT_EQ(sessions[0].fileset, "small");
  EXPECT_EQ(sessions[0].session_id, 1U);
  EXPECT_EQ(sessions[0].session_time, 1795301873U);
  EXPECT_EQ(sessions[0].type, 'B');
  EXPECT_EQ(sessions[0].level, 'F');
  EXPECT_EQ(sessions[0].status, 'T');
  EXPECT_EQ(sessions[0].files, 8);
  EXPECT_EQ(sessions[1].level, 'I');
  EXPECT_EQ(sessions[1].files, 3);
  EXPECT_EQ(sessions[1].job_id, sessions[0].job_id + 1);
  // In the midst of a block the next one is looked for.
  const auto last = sessions_ended_behind(recorded + "/Small-0005", 1000);
  ASSERT_EQ(last.size(), 1U);
  EXPECT_EQ(last[0], sessions[1]);
}

TEST(SessionLabel, ThatIsNotWholeIsNone) {
  EXPECT_FALSE(parse_session_end(""));
  EXPECT_FALSE(parse_session_end("Bacula 1.0 immortal\n"));
  const std::string whole = std::string("Bacula 1.0 immortal\n") + '\0' + number(11) + number(7);
  for (std::size_t size = 0; size <= whole.size(); ++size)
    EXPECT_FALSE(parse_session_end(std::string_view(whole).substr(0, size)));
}

// The label of a session that has ended, as a Storage Daemon 9.6 writes it.
std::string ended(std::uint32_t session, std::uint32_t job, const std::string& name, char status = 'T') {
  using namespace std::string_literals;
  const auto letter = [](char c) {
    return number(static_cast<std::uint32_t>(c));
  };
  const std::string zero8(8, '\0');
  const auto data = "Bacula 1.0 immortal\n\0"s + number(11) + number(job) + zero8 + zero8 +
                    "File\0Backup\0"s + name + "\0root-fd\0"s + name + ".2026\0small\0"s + letter('B') +
                    letter('I') + "md5\0"s + number(5) + zero8 + std::string(20, '\0') + letter(status);
  return block(session, record(-5, static_cast<std::int32_t>(job), data));
}

class NewestBackupTest : public testing::Test {
 protected:
  NewestBackupTest() {
    request.bootstrap = directory / "machine.bsr";
    request.volumes = directory / "volumes";
    request.backup_job = "Nightly";
    volume = label("V") + block(1, attributes(1, "/a")) + ended(1, 7, "Nightly");
    put(volume);
    directory.put(
        "machine.bsr",
        "# 21-Nov-2026 22:58:03 - Nightly.2026-11-21_22.58.00_03 - Full\nVolume=\"V\"\nVolSessionId=1\n"
        "VolSessionTime=77\nVolAddr=200-" +
            std::to_string(volume.size() - 1) + "\nFileIndex=1-1\n");
  }
  void put(const std::string& content) { directory.put("volumes/V", content); }

  TemporaryDirectory directory;
  NewestRequest request;
  std::string volume;
};

TEST_F(NewestBackupTest, IsTheLastOfTheBootstrapFile) {
  const auto newest = find_newest_backup(request);
  ASSERT_EQ(newest.jobs.size(), 1U);
  EXPECT_EQ(newest.read, 0U);
  EXPECT_EQ(words_of(newest.jobs[0]), "Nightly, Full, 2026-11-21 22:58:03");
  EXPECT_EQ(newest.jobs[0].session_id, 1U);
  EXPECT_EQ(newest.jobs[0].session_time, session_time);
}

TEST_F(NewestBackupTest, IsOneThatTheVolumesTellOfBehindIt) {
  put(volume + block(2, attributes(1, "/b")) + ended(2, 8, "Nightly") + ended(3, 9, "BackupCatalog") +
      ended(4, 10, "Nightly", 'E'));
  const auto newest = find_newest_backup(request);
  ASSERT_EQ(newest.jobs.size(), 2U);
  EXPECT_EQ(newest.jobs[1].session_id, 2U);
  EXPECT_EQ(newest.jobs[1].job.id, 8);
  EXPECT_EQ(newest.jobs[1].job.level, "Incremental");
  ASSERT_EQ(newest.others.size(), 1U);
  EXPECT_EQ(newest.others[0].job.name, "BackupCatalog");
  EXPECT_GT(newest.read, 0U);
}

TEST_F(NewestBackupTest, VolumesThatWereNotWrittenSinceAreNotRead) {
  put(volume + ended(2, 8, "Nightly"));
  fs::last_write_time(directory / "volumes/V",
                      fs::last_write_time(request.bootstrap) - std::chrono::minutes(5));
  const auto newest = find_newest_backup(request);
  EXPECT_EQ(newest.jobs.size(), 1U);
  EXPECT_EQ(newest.read, 0U);
}

TEST_F(NewestBackupTest, WithoutABootstrapFileTheVolumesTell) {
  fs::remove(request.bootstrap);
  put(volume + ended(2, 8, "Nightly"));
  directory.put("volumes/notes.txt", std::string(1000, 'x'));
  const auto newest = find_newest_backup(request);
  EXPECT_EQ(newest.problem, "there is no bootstrap file " + request.bootstrap);
  ASSERT_EQ(newest.jobs.size(), 1U) << "older ones may have been pruned";
  EXPECT_EQ(newest.jobs[0].session_id, 2U);
}

TEST_F(NewestBackupTest, OfAnEarlierMomentIsAnother) {
  request.as_of = "2026-11-21 22:58:02";
  EXPECT_TRUE(find_newest_backup(request).jobs.empty());
  request.as_of = "2026-11-21 22:58:03";
  EXPECT_EQ(find_newest_backup(request).jobs.size(), 1U);
}

// JobDefs give both jobs one Write Bootstrap; and a dump never knows the job that backs it up.
TEST_F(NewestBackupTest, ASharedBootstrapFileTellsOfOtherJobs) {
  directory.put("machine.bsr",
                system::read_file(request.bootstrap) +
                    "# 21-Nov-2026 23:00:03 - Catalog.2026-11-21_23.00.00_04 - Full\nVolume=\"V\"\n"
                    "VolSessionId=2\nVolSessionTime=77\nVolAddr=900-999\nFileIndex=1-1\n");
  const auto newest = find_newest_backup(request);
  ASSERT_EQ(newest.jobs.size(), 1U);
  EXPECT_EQ(newest.jobs[0].session_id, 1U);
  ASSERT_EQ(newest.others.size(), 1U);
  EXPECT_EQ(newest.others[0].job.name, "Catalog");
  request.backup_job = "Renamed";
  EXPECT_EQ(find_newest_backup(request).jobs.size(), 2U);
}

TEST_F(NewestBackupTest, ABootstrapFileThatCannotBeReadSaysSo) {
  directory.put("machine.bsr", "VolSessionId=x\n");
  const auto newest = find_newest_backup(request);
  EXPECT_NE(newest.problem, "");
  EXPECT_EQ(newest.jobs.size(), 1U);
}

}  // namespace
}  // namespace recover::bacula
