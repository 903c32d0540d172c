// The ladder's decisions, with readings that a script makes of directories.
#include <gtest/gtest.h>

#include <filesystem>
#include <map>

#include "recover/error.hpp"
#include "recover/salvage/descent.hpp"
#include "recover/system/files.hpp"
#include "tests/unit/system_temporary.hpp"

namespace recover::salvage {
namespace {

class Told : public Observer {
 public:
  void observe(const Event& event) override {
    if (event.name == "rung") rungs.push_back(event);
  }
  std::vector<std::string> names() const {
    std::vector<std::string> all;
    for (const auto& event : rungs) all.push_back(event.text("rung"));
    return all;
  }
  std::vector<Event> rungs;
};

class ScriptedReading : public Reading {
 public:
  ScriptedReading(std::vector<Source> sources, std::vector<std::string> doubts, int& closed)
      : sources_(std::move(sources)), doubts_(std::move(doubts)), closed_(closed) {}
  const std::vector<Source>& sources() const override { return sources_; }
  std::string answer() const override { return "opened"; }
  std::vector<std::string> doubts() const override { return doubts_; }
  void close() override { ++closed_; }

 private:
  std::vector<Source> sources_;
  std::vector<std::string> doubts_;
  int& closed_;
};

// By the rung's name: where its root is, or nothing, and it fails.
class ScriptedReadings : public Readings {
 public:
  std::vector<Way> ways(const Rung& rung) override {
    if (rung.kind != RungKind::older) return {{rung, rung.options}};
    std::vector<Way> all;
    for (const auto& generation : generations) all.push_back({rung, "-t", 4096, generation, "a date"});
    return all;
  }
  std::unique_ptr<Reading> open(const Way& way, const Wanting& wanting) override {
    wanted[way.rung.name] = wanting.paths;
    const auto& name = way.rung.name;
    opened.push_back(name);
    if (!roots.contains(name)) throw Failed("the kernel will not have " + name, "none");
    std::vector<Source> sources;
    for (const auto& [path, at] : roots[name])
      sources.push_back({at, path, way.rung, way.generation, {}, way.rung.kind != RungKind::mount});
    return std::make_unique<ScriptedReading>(sources, name == "restore" ? doubts : std::vector<std::string>(),
                                             closed);
  }

  std::map<std::string, std::map<std::string, std::string>>
      roots;  // rung -> path on the machine -> directory
  std::vector<std::uint64_t> generations;
  std::map<std::string, std::vector<std::string>> wanted;
  std::vector<std::string> opened, doubts;
  int closed = 0;
};

class SalvageDescent : public ::testing::Test {
 protected:
  Outcome go() {
    std::filesystem::create_directory(salvage_);
    Collector collector({.directory = salvage_, .list = ""}, told_);
    auto outcome = Descent(readings_, collector, salvage_, told_).go(ladder(false));
    totals_ = collector.totals();
    return outcome;
  }

  tests::TemporaryDirectory temporary_;
  std::string salvage_ = temporary_ / "salvage";
  ScriptedReadings readings_;
  Told told_;
  Totals totals_;
};

using Names = std::vector<std::string>;

TEST_F(SalvageDescent, StopsAtTheFirstRungThatHasAll) {
  temporary_.put("root/etc/x", "new");
  readings_.roots["nologreplay"] = {{"/", temporary_ / "root"}};
  const auto outcome = go();
  EXPECT_TRUE(outcome.opened);
  EXPECT_TRUE(outcome.lost.empty());
  EXPECT_EQ(told_.names(), Names({"nologreplay"}));
  EXPECT_EQ(told_.rungs[0].text("answer"), "opened");
  EXPECT_EQ(told_.rungs[0].text("options"), "ro,rescue=nologreplay");
  EXPECT_EQ(told_.rungs[0].number("files"), 1);
  EXPECT_EQ(told_.rungs[0].number("bytes"), 3);
  EXPECT_EQ(readings_.closed, 1);
  EXPECT_EQ(system::read_file(salvage_ + "/tree/etc/x"), "new");
}

TEST_F(SalvageDescent, GoesDownForASubvolumeThatCannotBeReached) {
  temporary_.put("root/x", "clean");
  temporary_.put("unchecked/root/x", "wrong");
  temporary_.put("unchecked/home/y", "had");
  readings_.roots["nologreplay"] = {{"/", temporary_ / "root"}, {"/home", temporary_ / "gone"}};
  readings_.roots["all"] = {{"/", temporary_ / "unchecked/root"}, {"/home", temporary_ / "unchecked/home"}};
  const auto outcome = go();
  EXPECT_TRUE(outcome.lost.empty());
  // The newest root was read: an older one would be no other.
  EXPECT_EQ(readings_.opened, Names({"nologreplay", "all"}));
  EXPECT_EQ(told_.names(), Names({"nologreplay", "usebackuproot", "all"}));
  EXPECT_NE(told_.rungs[1].text("answer").find("not tried"), std::string::npos);
  EXPECT_EQ(told_.rungs[2].number("files"), 1);  // what is whole already is not taken again
  EXPECT_EQ(system::read_file(salvage_ + "/tree/x"), "clean");
  EXPECT_EQ(system::read_file(salvage_ + "/tree/home/y"), "had");
  EXPECT_EQ(totals_.unchecked, 1);
}

TEST_F(SalvageDescent, SaysWhatNoRungHasReached) {
  temporary_.put("root/x", "clean");
  readings_.roots["nologreplay"] = {{"/", temporary_ / "root"}, {"/home", temporary_ / "gone"}};
  const auto outcome = go();
  EXPECT_TRUE(outcome.opened);
  EXPECT_EQ(outcome.lost, Names({"/home"}));
  EXPECT_EQ(readings_.opened, Names({"nologreplay", "all", "restore"}));
  // Not all of a large filesystem is to be copied for that.
  EXPECT_EQ(readings_.wanted["restore"], Names({"/home"}));
  EXPECT_EQ(readings_.wanted["all"], Names());
}

TEST_F(SalvageDescent, KeepsEachAnswerWhenNoneWorks) {
  readings_.generations = {9};
  const auto outcome = go();
  EXPECT_FALSE(outcome.opened);
  EXPECT_EQ(
      outcome.answers,
      Names({"nologreplay: the kernel will not have nologreplay",
             "usebackuproot: the kernel will not have usebackuproot", "all: the kernel will not have all",
             "restore: the kernel will not have restore", "older (a date): the kernel will not have older"}));
  EXPECT_EQ(told_.rungs.size(), 5U);
}

TEST_F(SalvageDescent, MovesWhatBtrfsRestoreBrings) {
  temporary_.put("scratch/@/x", "moved");
  readings_.roots["restore"] = {{"/", temporary_ / "scratch/@"}};
  const auto outcome = go();
  EXPECT_TRUE(outcome.opened);
  EXPECT_EQ(readings_.opened, Names({"nologreplay", "usebackuproot", "all", "restore"}));
  EXPECT_EQ(system::read_file(salvage_ + "/tree/x"), "moved");
  EXPECT_FALSE(system::exists(temporary_ / "scratch/@/x"));
  EXPECT_EQ(totals_.unchecked, 1);
  EXPECT_EQ(readings_.wanted["restore"], Names());  // all of it
}

TEST_F(SalvageDescent, TriesOlderStatesNewestFirstWhereRestoreComplained) {
  temporary_.put("scratch/x", "new");
  temporary_.put("older/x", "old");
  temporary_.put("older/y", "only there");
  readings_.roots["restore"] = {{"/", temporary_ / "scratch"}};
  readings_.roots["older"] = {{"/", temporary_ / "older"}};
  readings_.doubts = {"bad tree block 4096"};
  readings_.generations = {9, 7};
  const auto outcome = go();
  EXPECT_EQ(outcome.doubts, readings_.doubts);
  EXPECT_EQ(told_.names(), Names({"nologreplay", "usebackuproot", "all", "restore", "older", "older"}));
  EXPECT_EQ(told_.rungs[4].number("generation"), 9);
  EXPECT_EQ(told_.rungs[4].text("date"), "a date");
  EXPECT_EQ(told_.rungs[5].number("generation"), 7);
  EXPECT_EQ(system::read_file(salvage_ + "/tree/x"), "new");
  EXPECT_EQ(totals_.older, 1);
}

TEST(SalvageLadder, NeverWritesAndNamesTheMissingDevice) {
  for (const bool degraded : {false, true})
    for (const auto& rung : ladder(degraded)) {
      EXPECT_FALSE(rung.trust.empty()) << rung.name;
      EXPECT_FALSE(rung.trust.ends_with(".")) << rung.name;
      if (rung.kind != RungKind::mount) continue;
      EXPECT_TRUE(rung.options.starts_with("ro,")) << rung.options;
      const bool no_log = rung.options.find("rescue=nologreplay") != std::string::npos ||
                          rung.options.find("rescue=all") != std::string::npos;
      EXPECT_TRUE(no_log) << rung.options;
      // Linux 6.8 and newer refuse a list in one value.
      EXPECT_EQ(rung.options.find(':'), std::string::npos) << rung.options;
      EXPECT_EQ(rung.options.find(",degraded") != std::string::npos, degraded) << rung.options;
    }
}

}  // namespace
}  // namespace recover::salvage
