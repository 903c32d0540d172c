#include "recover/system/lock.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <optional>

#include "recover/error.hpp"
#include "tests/unit/system_temporary.hpp"

namespace recover::system {
namespace {

using tests::TemporaryDirectory;

std::string refusal(const std::string& path, std::string* remedy = nullptr) {
  try {
    const Lock second(path);
  } catch (const Locked& error) {
    if (remedy != nullptr) *remedy = error.remedy();
    return error.problem();
  }
  return "";
}

TEST(Lock, HoldsAndLetsGo) {
  const TemporaryDirectory dir;
  {
    const Lock first(dir / "lock");
    EXPECT_NE(refusal(dir / "lock"), "");
    EXPECT_NE(refusal(dir / "lock"), "") << "a refused one does not let go of the first";
  }
  EXPECT_EQ(refusal(dir / "lock"), "");
}

TEST(Lock, NamesItsHolder) {
  const TemporaryDirectory dir;
  const Lock first(dir / "lock");
  std::string remedy;
  const auto problem = refusal(dir / "lock", &remedy);
  const auto pid = std::to_string(::getpid());
  EXPECT_TRUE(problem.starts_with("Another run of recover holds " + (dir / "lock") + ": pid " + pid))
      << problem;
  EXPECT_NE(problem.find(" since 2"), std::string::npos) << problem;
  EXPECT_NE(remedy.find("kill " + pid), std::string::npos) << remedy;
}

TEST(Lock, DoesNotSendTheOperatorAfterAPidThatMeansAnotherProcessHere) {
  const TemporaryDirectory dir;
  const Lock first(dir / "lock");
  // As another pid namespace would have written it: our number, but another beginning.
  dir.put("lock", "pid " + std::to_string(::getpid()) + "\nterminal /dev/tty1\nsince 2026-01-02 03:04:05\n" +
                      "host alder\nstart 1\n");
  std::string remedy;
  const auto problem = refusal(dir / "lock", &remedy);
  EXPECT_NE(problem.find(" on /dev/tty1 since 2026-01-02 03:04:05 on alder, as the file says"),
            std::string::npos)
      << problem;
  EXPECT_EQ(remedy.find("kill"), std::string::npos) << remedy;
}

TEST(Lock, AnEmptyFileIsHeldTooWhenItIsHeld) {
  const TemporaryDirectory dir;
  const Lock first(dir / "lock");
  dir.put("lock", "");
  EXPECT_EQ(refusal(dir / "lock"), "Another run of recover holds " + (dir / "lock"));
}

TEST(Lock, ForgetsTheWordsOfTheOneBefore) {
  const TemporaryDirectory dir;
  dir.put("lock", std::string(1000, 'x'));
  const Lock first(dir / "lock");
  EXPECT_TRUE(read_file(dir / "lock").starts_with("pid "));
  EXPECT_EQ(read_file(dir / "lock").find("xxx"), std::string::npos);
}

TEST(Lock, FailsWithASentenceWhereNoFileCanBe) {
  EXPECT_THROW(Lock("/nonexistent/lock"), Failed);
}

}  // namespace
}  // namespace recover::system
