// A daemon: started, looked at, stopped.
#include <gtest/gtest.h>
#include <unistd.h>

#include <csignal>

#include "recover/error.hpp"
#include "recover/system/files.hpp"
#include "recover/system/process.hpp"
#include "tests/system/in_child.hpp"
#include "tests/unit/system_temporary.hpp"

namespace recover::system {
namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;
using tests::gone;

std::unique_ptr<Child> start(const std::string& script) {
  return real_processes()->start({"sh", "-c", script});
}

// Waits until the child has written `text`.
bool await(Child& child, const std::string& text) {
  for (int i = 0; i < 500; ++i) {
    if (child.output().find(text) != std::string::npos) return true;
    ::usleep(10'000);
  }
  return false;
}

TEST(Child, RunsUntilItIsStopped) {
  const auto child = start("echo up; echo and well >&2; sleep 30 & wait");
  ASSERT_TRUE(await(*child, "and well"));
  EXPECT_EQ(child->output(), "up\nand well\n");
  EXPECT_TRUE(child->running());
  const auto begin = Clock::now();
  EXPECT_EQ(child->stop(10s), 128 + SIGTERM);
  EXPECT_LT(Clock::now() - begin, 2s);
  EXPECT_FALSE(child->running());
  EXPECT_EQ(child->stop(10s), 128 + SIGTERM) << "again is the same";
  EXPECT_EQ(child->output(), "up\nand well\n");
}

TEST(Child, TellsHowItEndedByItself) {
  const auto child = start("echo no port >&2; exit 3");
  for (int i = 0; i < 500 && child->running(); ++i) ::usleep(10'000);
  EXPECT_FALSE(child->running());
  EXPECT_EQ(child->output(), "no port\n");
  EXPECT_EQ(child->stop(10s), 3);
}

TEST(Child, IsKilledWhenPatienceIsUp) {
  const auto child = start("trap '' TERM; echo up; while :; do sleep 0.1; done");
  ASSERT_TRUE(await(*child, "up"));
  const auto begin = Clock::now();
  EXPECT_EQ(child->stop(300ms), 128 + SIGKILL);
  EXPECT_LT(Clock::now() - begin, 3s);
}

TEST(Child, TakesItsGroupWithItWhenItIsForgotten) {
  std::string pid;
  {
    const auto child = start("sleep 30 & echo $!; wait");
    ASSERT_TRUE(await(*child, "\n"));
    pid = child->output();
  }
  EXPECT_TRUE(gone(pid));
}

TEST(Child, TakesWhatItLeftBehindWithIt) {
  const auto child = start("sleep 30 & echo $!");
  ASSERT_TRUE(await(*child, "\n"));
  for (int i = 0; i < 500 && child->running(); ++i) ::usleep(10'000);
  EXPECT_EQ(child->stop(10s), 0);
  EXPECT_TRUE(gone(child->output()));
}

TEST(Child, KeepsTheEndOfItsOutput) {
  const auto child = start("head -c 3000000 /dev/zero; echo the end; exec sleep 30");
  ASSERT_TRUE(await(*child, "the end"));
  const auto output = child->output();
  EXPECT_EQ(output.size(), 65536U);
  EXPECT_TRUE(output.ends_with("the end\n"));
}

TEST(Child, WritesAtTheEndAlsoThroughAProcessOfItsOwn) {
  const auto child = start("echo 1; sh -c 'echo 2'; echo 3 >&2; sh -c 'echo 4' >&2; exec sleep 30");
  ASSERT_TRUE(await(*child, "4"));
  EXPECT_EQ(child->output(), "1\n2\n3\n4\n");
}

TEST(Child, ThatCannotBeExecutedIsAnError) {
  try {
    real_processes()->start({"recover-no-such-daemon"});
    FAIL();
  } catch (const Failed& error) {
    EXPECT_TRUE(error.problem().starts_with("The program recover-no-such-daemon was not found"))
        << error.what();
  }
}

}  // namespace
}  // namespace recover::system
