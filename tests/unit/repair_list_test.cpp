// Which recovery a machine came from, what it still lists, and what the gate says of a run that repairs.
#include "recover/repair_list.hpp"

#include <gtest/gtest.h>

#include "recover/gate.hpp"
#include "recover/journal.hpp"
#include "tests/unit/system_temporary.hpp"

namespace recover::test {
namespace {

using Words = std::vector<std::string>;

Event begun(const std::string& plan) {
  return Event("run-begun").with("playbook", "tree").with("plan", plan);
}
Event lost(const char* what, const Words& paths) {
  return Event("degraded").with("lost", what).with("files", paths).with("paths", paths);
}
Event repaired(const char* what, const Words& paths) {
  return Event("repaired").with("lost", what).with("files", paths).with("paths", paths);
}

class RepairList : public testing::Test {
 protected:
  std::string own() const { return directory / "own"; }
  std::string storage() const { return directory / "storage"; }
  std::string on_storage(const std::string& more = "") const { return storage() + "/recover-state" + more; }

  static void write(const std::string& where, const std::vector<Event>& events) {
    auto journal = Journal::create(where);
    for (const auto& event : events) journal.write(event);
  }
  static void add(const std::string& where, const std::vector<Event>& events) {
    auto journal = Journal::append(where);
    for (const auto& event : events) journal.write(event);
  }
  // As hand-over leaves it: of the same recovery are journals that begin in the same second.
  void hand_over() const {
    std::filesystem::create_directories(own());
    std::filesystem::copy(on_storage(), own());
  }
  Losses losses() const { return find_losses(storage(), own()); }

  tests::TemporaryDirectory directory;
};

TEST_F(RepairList, IsTakenOutOfEveryJournalOfTheRecovery) {
  write(on_storage(), {begun("1"), lost("ACL", {"/a", "/b"}), lost("xattr", {"/a"})});
  directory.put("storage/recover-state/backup.bsr", "");
  hand_over();
  const auto found = losses();
  EXPECT_EQ(found.journals.size(), 2U);
  EXPECT_EQ(found.bootstrap, own() + "/backup.bsr");
  EXPECT_EQ(found.lost.at("ACL").size(), 2U);
  record(found, repaired("ACL", {"/a", "/b"}));
  for (const auto& place : {own(), on_storage()}) {
    const auto state = state_of(read_journal(journal_path(place)).events);
    EXPECT_FALSE(state.degraded.contains("ACL")) << place;
    EXPECT_TRUE(state.degraded.contains("xattr")) << place;
  }
}

TEST_F(RepairList, KnowsWhatOneJournalMissed) {
  write(on_storage(), {begun("1"), lost("ACL", {"/a", "/b"})});
  hand_over();
  Journal::append(own()).write(repaired("ACL", {"/a"}));
  EXPECT_EQ(losses().lost.at("ACL").size(), 2U);  // it is looked at once more, and found well
}

TEST_F(RepairList, LeavesAnotherRecoveryAlone) {
  write(on_storage(), {begun("1"), lost("ACL", {"/of another root"})});
  write(own(), {begun("2"), lost("xattr", {"/a"})});
  const auto found = losses();
  EXPECT_EQ(found.journals.size(), 1U);
  EXPECT_FALSE(found.lost.contains("ACL"));
  EXPECT_TRUE(found.lost.contains("xattr"));
}

TEST_F(RepairList, DoesWithoutACopyInTheOwnRoot) {
  write(on_storage(), {begun("1"), lost("data", {"/a"})});
  EXPECT_EQ(losses().lost.at("data").size(), 1U);
}

TEST_F(RepairList, IsEmptyWhereNoRecoveryIsOnRecord) {
  EXPECT_TRUE(losses().lost.empty());
  EXPECT_TRUE(losses().journals.empty());
}

TEST_F(RepairList, KnowsWhenTheTreeWasAsTheRecoveryLeftIt) {
  const auto at = [](const char* name, std::int64_t when) {
    return Event(name).with("at", Value(when));
  };
  write(on_storage(), {begun("1")});
  EXPECT_EQ(losses().completed_at, 0);
  hand_over();
  // The repair itself, and what befalls the volumes, is put on record later, on the machine.
  add(on_storage(), {at("run-complete", 2000), at("run-complete", 9000), repaired("ACL", {"/a"})});
  EXPECT_EQ(losses().completed_at, 2000);
  add(own(), {at("handed-over", 1000)});
  EXPECT_EQ(losses().completed_at, 1000);
}

TEST_F(RepairList, AJournalThatDoesNotTellTheMomentIsNoEarlyOne) {
  write(on_storage(), {begun("1")});
  hand_over();
  add(on_storage(), {Event("run-complete").with("at", Value(std::int64_t{2000}))});
  add(own(), {Event("handed-over")});
  EXPECT_EQ(losses().completed_at, 2000);
}

TEST_F(RepairList, HasADirectoryBeforeWhatIsInIt) {
  Losses all;
  all.lost = {{"file", {{"/d/f", ""}, {"/e", ""}}}, {"data", {{"/d", ""}, {"/e", ""}}}, {"ACL", {{"/", ""}}}};
  const auto order = by_path(all, {"file", "data", "xattr"});
  ASSERT_EQ(order.size(), 3U);
  EXPECT_EQ(order.begin()->first, "/d");
  EXPECT_EQ(order.at("/e"), (Words{"file", "data"}));
}

TEST_F(RepairList, ARunThatRecoversNothingIsNoRecovery) {
  write(on_storage("/repair"), {begun("1").with("no-recovery", Value(true)), lost("ACL", {"/a"})});
  EXPECT_TRUE(find_recoveries(storage(), own()).empty());
}

TEST(GateOfARepair, EndsWithoutABackup) {
  JournalState state;
  state.started = state.complete = true;
  state.recovery = false;
  EXPECT_EQ(gate(state).exit, Exit::finished);
}

TEST(GateOfARepair, SaysWhatIsLeft) {
  const auto state = state_of(
      {begun("1").with("no-recovery", Value(true)),
       Event("not-repaired").with("lost", "data").with("files", Words{"/a: no"}).with("paths", Words{"/a"}),
       Event("run-complete")});
  EXPECT_EQ(gate(state).exit, Exit::degraded);
  EXPECT_NE(gate(state).text.find("data: 1"), std::string::npos) << gate(state).text;
}

TEST(GateOfARepair, SaysWhenItWasBrokenOff) {
  const auto state = state_of({begun("1").with("no-recovery", Value(true))});
  EXPECT_EQ(gate(state).exit, Exit::not_finished);
}

}  // namespace
}  // namespace recover::test
