// A new recovery environment: the file that it is proven by, its stamp, and the swap.
#include <gtest/gtest.h>

#include "recover/bacula/catalog_copy.hpp"
#include "recover/environment/proof_file.hpp"
#include "recover/environment/stamp.hpp"
#include "recover/environment_actions.hpp"
#include "recover/error.hpp"
#include "recover/system/files.hpp"
#include "tests/unit/system_temporary.hpp"

namespace recover::test {
namespace {

using tests::TemporaryDirectory;

bacula::CatalogEntry entry(const std::string& name, const std::string& lstat, const std::string& digest) {
  return {7, name, lstat, digest};
}

// dev ino mode nlink uid gid rdev size blksize blocks ...: a file of 27 bytes in 8 blocks.
constexpr const char* small = "A A IGk B A A A b BAA I BBBBBB BBBBBB BBBBBB A A C";
constexpr const char* sha1 = "2jmj7l5rSw0yVb/vlWAYkK/YBwk";

TEST(ProofFile, IsSmallAndHasADigest) {
  using environment::is_fit_for_proof;
  EXPECT_TRUE(is_fit_for_proof(entry("/etc/hostname", small, sha1)));
  EXPECT_FALSE(is_fit_for_proof(entry("/etc/hostname", small, "0")));
  EXPECT_FALSE(is_fit_for_proof(entry("/etc/h\nx", small, sha1)));
  EXPECT_FALSE(is_fit_for_proof(entry("/etc/hostname", "rubbish", sha1)));
  EXPECT_FALSE(is_fit_for_proof(entry("/etc/", "A A EHt B A A A b BAA I B B B A A C", sha1)));  // a directory
  EXPECT_FALSE(is_fit_for_proof(entry("/a", "A A IGk C A A A b BAA I B B B A A C", sha1)));     // two names
  EXPECT_FALSE(is_fit_for_proof(entry("/a", "A A IGk B A A A A BAA I B B B A A C", sha1)));     // empty
  EXPECT_FALSE(is_fit_for_proof(entry("/a", "A A IGk B A A A BAA BAA A B B B A A C", sha1)));   // a hole
  auto deleted = entry("/etc/hostname", small, sha1);
  deleted.index = -7;
  EXPECT_FALSE(is_fit_for_proof(deleted));
}

TEST(ProofFile, IsAloneInItsBootstrap) {
  bacula::Bootstrap job;
  job.ranges = {{"", "V1", "File1", "", 1, 2, {{0, 99}}, {{1, 6}}, 0},
                {"", "V1", "File1", "", 1, 2, {{100, 199}}, {{7, 9}}, 0},
                {"", "V2", "File1", "", 1, 2, {{0, 9}}, {}, 0}};
  const auto one = environment::only_file(job, 7);
  ASSERT_EQ(one.ranges.size(), 1U);
  EXPECT_EQ(one.ranges[0].file_indexes, (std::vector<bacula::Interval>{{7, 7}}));
  EXPECT_EQ(one.ranges[0].count, 1U);
}

const EnvironmentStamp stamp{"2026-11-01 03:00:00", "packages",     "9.6.7",   "0.1.0", 2,
                             "2026-10-31 23:05:01", "/etc/a \"b\"", "SHA1 x/y"};

TEST(Stamp, IsReadAsItWasWritten) {
  const TemporaryDirectory root;
  EXPECT_FALSE(environment::read_stamp(root.path()));
  root.put("environment.toml", environment::to_text(stamp));
  EXPECT_EQ(environment::read_stamp(root.path()), stamp);
  root.put("environment.toml", "made = 1");
  EXPECT_FALSE(environment::read_stamp(root.path()));
}

struct Ears : Observer {
  void observe(const Event& event) override { events.push_back(event.name); }
  std::vector<std::string> events;
};

class Swap : public testing::Test {
 protected:
  SwapEnvironment action() const {
    return {base / "environment.new", base / "environment", base.path(), base / "state"};
  }
  void run() { swap_environment(action(), ears); }
  std::string content() const { return system::read_file_or(base / "environment/what", ""); }

  const TemporaryDirectory base;
  Ears ears;
};

TEST_F(Swap, PutsTheProvenOneInPlaceAndRemovesTheOld) {
  base.put("environment/what", "old");
  base.put("environment.new/what", "new");
  base.put("environment.new/environment.toml", "one");
  base.put("state/environment.toml", "one");
  run();
  EXPECT_EQ(content(), "new");
  EXPECT_FALSE(system::exists(base / "environment.new"));
  EXPECT_EQ(ears.events, std::vector<std::string>{"environment-swapped"});
}

TEST_F(Swap, NeedsNoOldOne) {
  base.put("environment.new/what", "new");
  base.put("environment.new/environment.toml", "one");
  base.put("state/environment.toml", "one");
  run();
  EXPECT_EQ(content(), "new");
}

TEST_F(Swap, OfWhatThisRunHasNotProvenIsRefused) {
  base.put("environment/what", "old");
  base.put("environment.new/environment.toml", "another");
  base.put("state/environment.toml", "one");
  EXPECT_THROW(run(), Refused);
  EXPECT_EQ(content(), "old");
}

TEST_F(Swap, WithoutAnyStampIsRefused) {
  base.put("environment/what", "old");
  base.put("environment.new/what", "new");
  EXPECT_THROW(run(), Refused);
  EXPECT_EQ(content(), "old");
}

// Killed behind the exchange, it is done once more.
TEST_F(Swap, IsNotDoneBackwards) {
  base.put("environment/what", "new");
  base.put("environment/environment.toml", "one");
  base.put("environment.new/what", "old");
  base.put("environment.new/environment.toml", "one of last year");
  base.put("state/environment.toml", "one");
  run();
  EXPECT_EQ(content(), "new");
  EXPECT_FALSE(system::exists(base / "environment.new"));
}

TEST(CatalogCopy, OfWhatIsNoDatabaseFailsInWords) {
  const TemporaryDirectory base;
  base.put("bacula.db", std::string(5000, 'x'));
  try {
    bacula::copy_sqlite_catalog(base / "bacula.db", base / "copy.db");
    FAIL();
  } catch (const Failed& error) {
    EXPECT_NE(error.problem().find("not a database"), std::string::npos) << error.problem();
  }
}

}  // namespace
}  // namespace recover::test
