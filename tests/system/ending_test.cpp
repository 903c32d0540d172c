// How a run is ended before its time: deadlines, signals, exceptions, and recover's own death.
#include <gtest/gtest.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <stdexcept>

#include "recover/error.hpp"
#include "recover/system/files.hpp"
#include "recover/system/process.hpp"
#include "recover/system/signals.hpp"
#include "tests/system/in_child.hpp"
#include "tests/unit/system_temporary.hpp"

namespace recover::system {
namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;
using tests::gone;
using tests::in_child;
using tests::TemporaryDirectory;

ProcessSpec script(const std::string& text) {
  return {.argv = {"sh", "-c", text}};
}

std::string word(const std::string& path) {
  auto text = read_file_or(path, "");
  while (!text.empty() && text.back() == '\n') text.pop_back();
  return text;
}

// What `problem` was thrown while the script ran, in a process of its own.
std::string interrupted_run(const std::string& text) {
  return in_child([&]() -> std::string {
    install_signal_handlers();
    try {
      return "ended by itself with " + std::to_string(real_processes()->run(script(text)).status);
    } catch (const Interrupted& error) {
      return error.problem();
    }
  });
}

TEST(Deadline, EndsTheWholeGroup) {
  const TemporaryDirectory dir;
  auto spec = script("sleep 30 & echo $! > " + dir / "pid" + "; echo begun; wait");
  spec.deadline = 300ms;
  const auto begin = Clock::now();
  const auto result = real_processes()->run(spec);
  EXPECT_LT(Clock::now() - begin, 3s);
  EXPECT_TRUE(result.timed_out);
  EXPECT_EQ(result.status, 128 + SIGTERM);
  EXPECT_EQ(result.out, "begun\n");
  EXPECT_TRUE(gone(word(dir / "pid")));
}

TEST(Stall, EndsAChildThatNeitherSaysNorReadsAnything) {
  auto spec = script("echo begun; kill -STOP $$");
  spec.stall = 200ms;
  const auto result = real_processes()->run(spec);
  EXPECT_TRUE(result.stalled);
  EXPECT_FALSE(result.timed_out);
  EXPECT_EQ(result.status, 128 + SIGTERM);
  EXPECT_EQ(result.out, "begun\n");
}

TEST(Stall, LetsAChildWorkThatReadsOrSpeaks) {
  for (const char* work : {"read line < /proc/self/stat", "echo here"}) {
    auto spec = script(std::string("for i in 1 2 3 4 5 6 7 8 9 10; do sleep 0.2; ") + work + "; done");
    spec.stall = 1s;
    const auto result = real_processes()->run(spec);
    EXPECT_FALSE(result.stalled) << work;
    EXPECT_EQ(result.status, 0) << work;
  }
}

TEST(Deadline, LetsAChildCleanUpAndHearsItsLastWords) {
  auto spec = script("trap 'sleep 0.5; echo cleaned; exit 4' TERM; echo begun; while :; do sleep 0.1; done");
  spec.deadline = 300ms;
  const auto result = real_processes()->run(spec);
  EXPECT_TRUE(result.timed_out);
  EXPECT_EQ(result.status, 4);
  EXPECT_EQ(result.out, "begun\ncleaned\n");
}

TEST(Deadline, LetsTheRestOfTheGroupCleanUpToo) {
  const TemporaryDirectory dir;
  auto spec = script("(trap 'sleep 1; echo cleaned > " + dir / "f" +
                     "; exit' TERM; while :; do sleep 0.1; done) & wait");
  spec.deadline = 300ms;
  real_processes()->run(spec);
  EXPECT_EQ(word(dir / "f"), "cleaned");
}

TEST(Deadline, KillsWhatIgnoresSigterm) {
  const TemporaryDirectory dir;
  auto spec = script("trap '' TERM; sleep 30 & echo $! > " + dir / "pid" + "; while :; do sleep 0.1; done");
  spec.deadline = 200ms;
  const auto begin = Clock::now();
  const auto result = real_processes()->run(spec);
  EXPECT_GE(Clock::now() - begin, 5s);
  EXPECT_LT(Clock::now() - begin, 8s);
  EXPECT_TRUE(result.timed_out);
  EXPECT_EQ(result.status, 128 + SIGKILL);
  EXPECT_TRUE(gone(word(dir / "pid")));
}

TEST(Deadline, EndsAStoppedChild) {
  auto spec = script("kill -STOP $$; sleep 30");
  spec.deadline = 300ms;
  const auto begin = Clock::now();
  EXPECT_EQ(real_processes()->run(spec).status, 128 + SIGTERM);
  EXPECT_LT(Clock::now() - begin, 3s);
}

TEST(Deadline, IsNotReachedByWhatEndsBefore) {
  auto spec = script("sleep 0.2; exit 5");
  spec.deadline = 20s;
  const auto result = real_processes()->run(spec);
  EXPECT_FALSE(result.timed_out);
  EXPECT_EQ(result.status, 5);
}

TEST(Signals, EndTheChildAndThrow) {
  const TemporaryDirectory dir;
  const auto begin = Clock::now();
  EXPECT_EQ(interrupted_run("echo $$ > " + dir / "pid" + "; kill -TERM $PPID; sleep 30"),
            "While running sh: Interrupted by SIGTERM (kill, or the system is shutting down)");
  EXPECT_LT(Clock::now() - begin, 3s);
  EXPECT_TRUE(gone(word(dir / "pid")));
  EXPECT_TRUE(interrupted_run("kill -INT $PPID; sleep 30").ends_with("SIGINT (Ctrl-C)"));
  EXPECT_NE(interrupted_run("kill -HUP $PPID; sleep 30").find("SIGHUP"), std::string::npos);
}

TEST(Signals, ALastOutputDoesNotKeepTheChildFromEnding) {
  // It writes much more than a pipe holds before it ends.
  const TemporaryDirectory dir;
  EXPECT_NE(interrupted_run("trap 'head -c 1000000 /dev/zero; echo done > " + dir / "f" +
                            "; exit' TERM; kill -INT $PPID; while :; do sleep 0.1; done")
                .find("SIGINT"),
            std::string::npos);
  EXPECT_EQ(word(dir / "f"), "done");
}

TEST(Signals, StartNothingAnyMore) {
  const TemporaryDirectory dir;
  EXPECT_EQ(in_child([&]() -> std::string {
              install_signal_handlers();
              ::raise(SIGINT);
              int thrown = 0;
              const auto processes = real_processes();
              const auto expect_interrupted = [&thrown](const std::function<void()>& what) {
                try {
                  what();
                } catch (const Interrupted&) {
                  ++thrown;
                }
              };
              expect_interrupted([&] { processes->run({.argv = {"touch", dir / "f"}}); });
              expect_interrupted([&] { processes->start({"touch", dir / "f"}); });
              expect_interrupted([&] { processes->pause(10s); });
              return std::to_string(thrown) + (exists(dir / "f") ? " started" : "");
            }),
            "3");
}

TEST(Signals, WakeAPause) {
  const auto begin = Clock::now();
  EXPECT_EQ(in_child([]() -> std::string {
              install_signal_handlers();
              const auto processes = real_processes();
              const auto self = std::to_string(::getpid());
              const auto later = processes->start({"sh", "-c", "sleep 0.3; kill -INT " + self});
              try {
                processes->pause(20s);
              } catch (const Interrupted&) {
                return "interrupted";
              }
              return "slept";
            }),
            "interrupted");
  EXPECT_LT(Clock::now() - begin, 10s);
}

TEST(Signals, DoNotDisturbTheRelease) {
  EXPECT_EQ(in_child([]() -> std::string {
              install_signal_handlers();
              ::raise(SIGTERM);
              std::string seen;
              {
                const Uninterrupted releasing;
                {
                  const Uninterrupted nested;
                  throw_if_interrupted();
                }
                const auto processes = real_processes();
                // A second one arrives meanwhile.
                const auto result = processes->run(script("kill -INT $PPID; sleep 0.2; echo released"));
                processes->pause(50ms);
                seen = result.out + (interrupted() ? " still" : "");
              }
              seen += pending_signal() == SIGTERM && interrupted() ? " then" : "";
              return seen;
            }),
            "released\n then");
}

TEST(Signals, ASecondInterruptIsToldWhatIsBeingReleased) {
  EXPECT_EQ(in_child([]() -> std::string {
              const int said = ::memfd_create("said", 0);
              ::dup2(said, STDERR_FILENO);
              install_signal_handlers();
              ::raise(SIGINT);
              const auto after_the_first = ::lseek(said, 0, SEEK_CUR);
              {
                const Releasing releasing("unmounting " + std::string(300, 'x'));
                ::raise(SIGTERM);  // who sends that reads nothing
                ::raise(SIGINT);
              }
              ::raise(SIGINT);
              std::string text(1000, '\0');
              text.resize(static_cast<std::size_t>(::pread(said, text.data(), text.size(), 0)));
              return std::to_string(after_the_first) + text;
            }),
            "0\nStopping already, in order, so that nothing stays behind; now: unmounting " +
                std::string(189, 'x') +
                "\n\nStopping already, in order, so that nothing stays behind; now: ending what was begun\n");
}

TEST(Signals, ThatNohupIgnoresStayIgnored) {
  EXPECT_EQ(in_child([]() -> std::string {
              std::signal(SIGHUP, SIG_IGN);
              install_signal_handlers();
              install_signal_handlers();  // once more does no harm
              ::raise(SIGHUP);
              ::raise(SIGPIPE);
              const auto before = pending_signal();
              ::raise(SIGINT);
              return std::to_string(before) + " " + std::to_string(pending_signal());
            }),
            "0 " + std::to_string(SIGINT));
}

TEST(Signals, OnceTheChildHasEndedItsResultCounts) {
  // The signal is not lost: the next call throws.
  EXPECT_EQ(in_child([]() -> std::string {
              install_signal_handlers();
              const auto result = real_processes()->run(script("exit 3"), [](std::string_view) {});
              ::raise(SIGINT);
              return std::to_string(result.status) + (interrupted() ? " pending" : "");
            }),
            "3 pending");
}

TEST(Sink, ThatThrowsEndsTheChild) {
  const TemporaryDirectory dir;
  const auto begin = Clock::now();
  const auto sink = [](std::string_view) {
    throw std::runtime_error("enough");
  };
  EXPECT_THROW(real_processes()->run(script("echo $$ > " + dir / "pid" + "; echo x; sleep 30 & wait"), sink),
               std::runtime_error);
  EXPECT_LT(Clock::now() - begin, 3s);
  EXPECT_TRUE(gone(word(dir / "pid")));
}

TEST(Death, OfRecoverIsTheChildrensToo) {
  const TemporaryDirectory dir;
  for (const bool daemon : {false, true}) {
    EXPECT_EQ(in_child([&]() -> std::string {
                const auto processes = real_processes();
                const auto text = "echo $$ > " + dir / "pid" + "; ";
                if (!daemon) {
                  processes->run(script(text + "kill -KILL $PPID; exec sleep 30"));
                } else {
                  const auto child = processes->start({"sh", "-c", text + "exec sleep 30"});
                  while (word(dir / "pid").empty()) processes->pause(10ms);
                  ::raise(SIGKILL);
                }
                return "lived on";
              }),
              "signal 9");
    EXPECT_TRUE(gone(word(dir / "pid")));
    write_file(dir / "pid", "", 0600);
  }
}

TEST(Ending, LeavesNoZombie) {
  EXPECT_EQ(in_child([]() -> std::string {
              const auto processes = real_processes();
              for (int i = 0; i < 20; ++i) processes->run({.argv = {"true"}});
              processes->run({.argv = {"recover-no-such-program"}});
              processes->run({.argv = {"/"}});
              processes->start({"sleep", "30"});
              return ::waitpid(-1, nullptr, WNOHANG) < 0 && errno == ECHILD ? "none" : "some";
            }),
            "none");
}

}  // namespace
}  // namespace recover::system
