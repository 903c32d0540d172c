#include "recover/prove_actions.hpp"

#include <gtest/gtest.h>

#include "recover/bacula/bootstrap.hpp"
#include "recover/bacula/keep.hpp"
#include "recover/error.hpp"
#include "recover/system/files.hpp"
#include "scripted_processes.hpp"
#include "system_temporary.hpp"
#include "tests/unit/recorded_machine.hpp"

namespace recover::test {
namespace {

const std::string recorded = source_path("tests/unit/data/bacula");

struct Events : Observer {
  std::vector<Event> all;
  void observe(const Event& event) override {
    if (event.name != "progress") all.push_back(event);
  }
};

// The volume that Bacula wrote, and the bootstrap file that its Director made.
class ProveAction : public testing::Test {
 protected:
  ProveAction() {
    system::make_directories(keep(), 0700);
    system::write_file(keep() + "/backup.bsr", system::read_file(recorded + "/director.bsr"), 0600);
    choose(0);
    directory.put("Small-0005", system::read_file(recorded + "/Small-0005"));
  }

  std::string keep() const { return directory / "keep"; }
  void choose(std::int64_t damaged) {
    bacula::Backup backup;
    backup.files = 7;
    backup.by_director = true;
    backup.damaged = damaged;
    bacula::write_backup(keep(), backup);
  }
  void prove(bool full = false) {
    tests::ScriptedProcesses none;
    prove_backup(none, {{.keep = keep(), .volumes = directory.path(), .full = full}}, events);
  }

  tests::TemporaryDirectory directory;
  Events events;
};

TEST_F(ProveAction, TellsAndKeepsWhatItFound) {
  prove();
  ASSERT_EQ(events.all.size(), 1U);
  EXPECT_EQ(events.all[0].name, "backup-proven");
  EXPECT_EQ(events.all[0].text("depth"), "quick");
  EXPECT_EQ(events.all[0].number("files"), 7);
  EXPECT_EQ(events.all[0].list("volumes"), std::vector<std::string>{"Small-0005"});
  const auto proof = bacula::read_proof(keep());
  EXPECT_TRUE(proof.good());
  EXPECT_GT(proof.at, 0);
  EXPECT_EQ(proof.bootstrap, bacula::bootstrap_sum(keep()));
}

TEST_F(ProveAction, MakesNoProofAgainThatStillFits) {
  prove();
  auto proof = bacula::read_proof(keep());
  proof.at = 17;
  bacula::write_proof(keep(), proof);
  prove();
  EXPECT_EQ(bacula::read_proof(keep()).at, 17);
  prove(/*full=*/true);  // deeper than what is there
  EXPECT_TRUE(bacula::read_proof(keep()).full);

  proof = bacula::read_proof(keep());
  proof.at = 17;
  proof.volumes[0].modified -= 1;
  bacula::write_proof(keep(), proof);
  prove();
  EXPECT_NE(bacula::read_proof(keep()).at, 17);
}

TEST_F(ProveAction, RefusesAndNamesWhatWouldBeMissing) {
  auto volume = system::read_file(recorded + "/Small-0005");
  volume[600] = static_cast<char>(volume[600] ^ 1);
  directory.put("Small-0005", volume);
  try {
    prove();
    FAIL();
  } catch (const Refused& error) {
    for (const auto* word : {"block at 210 of Small-0005: checksum wrong", "Of its 7 files", "/srv/h2/d/two"})
      EXPECT_NE(error.problem().find(word), std::string::npos) << error.problem();
    EXPECT_NE(error.remedy().find("--as-of"), std::string::npos);
  }
  ASSERT_EQ(events.all.size(), 1U);
  EXPECT_EQ(events.all[0].name, "backup-not-proven");
  EXPECT_GT(events.all[0].number("missing"), 0);
  EXPECT_FALSE(bacula::read_proof(keep()).good());
  // Whole again, it is proven: a bad answer is no last word.
  directory.put("Small-0005", system::read_file(recorded + "/Small-0005"));
  prove();
  EXPECT_TRUE(bacula::read_proof(keep()).good());
}

TEST_F(ProveAction, ReadsAllOfItWhereAdoptingHasFoundDamage) {
  choose(1);
  prove();
  EXPECT_EQ(events.all[0].text("depth"), "full");
}

}  // namespace
}  // namespace recover::test
