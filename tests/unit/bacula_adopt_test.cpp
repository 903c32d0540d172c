#include <gtest/gtest.h>

#include "recover/bacula/bootstrap.hpp"
#include "recover/bacula/choose.hpp"
#include "recover/bacula/file_list.hpp"
#include "recover/error.hpp"
#include "recover/system/files.hpp"
#include "system_temporary.hpp"
#include "tests/unit/recorded_machine.hpp"

namespace recover::bacula {
namespace {

const std::string recorded = test::source_path("tests/unit/data/bacula");

class Adopt : public testing::Test {
 protected:
  Adopt() {
    request.bootstrap = recorded + "/write-bootstrap.bsr";
    request.volumes = recorded;
    request.keep = directory / "keep";
  }
  tests::TemporaryDirectory directory;
  AdoptRequest request;
};

TEST_F(Adopt, ChoosesAsTheDirectorDoes) {
  const auto backup = adopt_bootstrap(request);
  EXPECT_FALSE(backup.by_director);
  EXPECT_EQ(backup.files, 7);
  EXPECT_EQ(backup.bytes, 11);
  EXPECT_EQ(backup.volumes, std::vector<std::string>{"Small-0005"});
  ASSERT_EQ(backup.jobs.size(), 2U);
  EXPECT_EQ(backup.jobs[0].name, "Little");
  EXPECT_EQ(backup.jobs[0].level, "Full");
  EXPECT_EQ(backup.jobs[0].start, "2026-11-21 22:58:03");
  EXPECT_EQ(backup.jobs[0].files, 8);
  EXPECT_EQ(backup.jobs[1].level, "Incremental");
  EXPECT_EQ(read_backup(request.keep), backup);

  // The same FileIndexes as the Director's own bootstrap has: no older versions, nothing that was deleted.
  const auto ours = parse_bootstrap(system::read_file(request.keep + "/backup.bsr"), "ours");
  const auto theirs = parse_bootstrap(system::read_file(recorded + "/director.bsr"), "theirs");
  ASSERT_EQ(ours.ranges.size(), theirs.ranges.size());
  for (std::size_t i = 0; i < ours.ranges.size(); ++i) {
    EXPECT_EQ(ours.ranges[i].file_indexes, theirs.ranges[i].file_indexes);
    EXPECT_EQ(ours.ranges[i].addresses, theirs.ranges[i].addresses);
    EXPECT_EQ(ours.ranges[i].count, theirs.ranges[i].count);
  }
}

TEST_F(Adopt, ListsEachNameOnce) {
  adopt_bootstrap(request);
  std::vector<std::string> names;
  read_file_list(request.keep + "/backup.files", [&](const ListedFile& file) {
    names.push_back(file.name);
    EXPECT_EQ(file.lstat.substr(0, 4), "P4A ");
  });
  std::sort(names.begin(), names.end());
  EXPECT_EQ(names,
            (std::vector<std::string>{"/srv/h2", "/srv/h2/d", "/srv/h2/d/new\nline\xFF", "/srv/h2/d/one",
                                      "/srv/h2/d/two", "/srv/h2/d/z", "/srv/h2/gone"}));
  EXPECT_FALSE(system::exists(request.keep + "/backup.files.every"));
}

TEST_F(Adopt, StopsAtTheMomentAsked) {
  request.as_of = "2026-11-21 22:58:10";
  const auto backup = adopt_bootstrap(request);
  EXPECT_EQ(backup.jobs.size(), 1U);
  EXPECT_EQ(backup.files, 8);
  request.as_of = "2026-11-21 22:00:00";
  EXPECT_THROW(adopt_bootstrap(request), Failed);
}

TEST_F(Adopt, TellsOfDamage) {
  std::string volume = system::read_file(recorded + "/Small-0005");
  volume[600] = static_cast<char>(volume[600] ^ 1);
  directory.put("Small-0005", volume);
  request.volumes = directory.path();
  std::vector<std::string> damaged;
  request.on_damage = [&](const VolumeFile& file) {
    damaged.push_back(file.name);
  };
  const auto backup = adopt_bootstrap(request);
  EXPECT_EQ(damaged.size(), 8U);  // the one block of the Full holds them all
  EXPECT_EQ(backup.damaged, 8);
  EXPECT_EQ(read_backup(request.keep), backup);
}

TEST_F(Adopt, SaysWhatAMissingVolumeCosts) {
  request.volumes = directory / "nowhere";
  try {
    adopt_bootstrap(request);
    FAIL();
  } catch (const Failed& error) {
    EXPECT_NE(error.problem().find("The volume Small-0005 is missing"), std::string::npos);
    EXPECT_NE(error.problem().find("of the 11 files"), std::string::npos) << error.problem();
  }
}

TEST_F(Adopt, LeavesNothingOfAnEarlierChoice) {
  adopt_bootstrap(request);
  request.volumes = directory / "nowhere";
  EXPECT_THROW(adopt_bootstrap(request), Failed);
  EXPECT_THROW(read_backup(request.keep), Error);
}

}  // namespace
}  // namespace recover::bacula
