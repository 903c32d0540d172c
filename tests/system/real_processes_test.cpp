// What a child gets and what comes back of it.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <unistd.h>

#include <csignal>

#include "recover/system/process.hpp"
#include "tests/system/in_child.hpp"
#include "tests/unit/system_temporary.hpp"

namespace recover::system {
namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

ProcessResult run(ProcessSpec spec, const Sink& sink = {}) {
  return real_processes()->run(spec, sink);
}
ProcessResult shell(const std::string& script) {
  return run({.argv = {"sh", "-c", script}});
}

TEST(Run, CapturesBothStreamsAndTheStatus) {
  const auto result = shell("echo to out; echo to err >&2; exit 3");
  EXPECT_EQ(result.status, 3);
  EXPECT_EQ(result.out, "to out\n");
  EXPECT_EQ(result.err, "to err\n");
  EXPECT_FALSE(result.timed_out);
}

TEST(Run, MergesErrorsInTheOrderOfWriting) {
  const auto result =
      run({.argv = {"sh", "-c", "echo 1; echo 2 >&2; echo 3; echo 4 >&2"}, .merge_errors = true});
  EXPECT_EQ(result.out, "1\n2\n3\n4\n");
  EXPECT_EQ(result.err, "");
}

TEST(Run, ArgumentsAreNotAShellString) {
  EXPECT_EQ(run({.argv = {"printf", "%s|", "a b", "$HOME", "", ";exit 1"}}).out, "a b|$HOME||;exit 1|");
}

TEST(Run, GivesAnInputLargerThanAnyPipe) {
  std::string input;
  for (int i = 0; input.size() < 5'000'000; ++i) input += std::to_string(i) + "\n";
  const auto result = run({.argv = {"cat"}, .input = input});
  EXPECT_EQ(result.status, 0);
  EXPECT_TRUE(result.out == input);
}

TEST(Run, TellsHowMuchOfAFileItHasRead) {
  const tests::TemporaryDirectory directory;
  const auto file = directory.put("input", std::string(100'000, 'x'));
  std::vector<std::int64_t> told;
  const auto result = real_processes()->run({.argv = {"sh", "-c", "head -c 1000 | wc -c; sleep 1.5; wc -c"},
                                             .input_file = file,
                                             .on_input = [&](std::int64_t bytes) {
                                               told.push_back(bytes);
                                             }});
  EXPECT_EQ(result.out, "1000\n99000\n");
  EXPECT_EQ(told, std::vector<std::int64_t>{1000});
}

TEST(Run, AChildThatDoesNotReadItsInputIsNoError) {
  const auto result = run({.argv = {"true"}, .input = std::string(5'000'000, 'x')});
  EXPECT_EQ(result.status, 0);
}

TEST(Run, StreamsABigOutputWithoutKeepingIt) {
  std::size_t size = 0, pieces = 0;
  const auto result = run({.argv = {"head", "-c", "50000000", "/dev/zero"}}, [&](std::string_view piece) {
    size += piece.size();
    ++pieces;
  });
  EXPECT_EQ(size, 50'000'000U);
  EXPECT_GT(pieces, 100U);
  EXPECT_EQ(result.out, "");
}

TEST(Run, StreamsWhileTheChildStillRuns) {
  const auto begin = Clock::now();
  auto first = 10s + 0ms;
  run({.argv = {"sh", "-c", "echo early; sleep 1"}}, [&](std::string_view) {
    first = std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now() - begin);
  });
  EXPECT_LT(first, 700ms);
}

TEST(Run, KeepsTheEndOfTheErrors) {
  const auto result = shell("head -c 300000 /dev/zero | tr '\\0' x >&2; echo the cause >&2");
  EXPECT_EQ(result.err.size(), 65536U);
  EXPECT_TRUE(result.err.ends_with("xthe cause\n"));
}

TEST(Run, SaysWhyAProgramCouldNotBeExecuted) {
  auto result = run({.argv = {"recover-no-such-program", "x"}});
  EXPECT_EQ(result.status, 127);
  EXPECT_TRUE(result.err.starts_with("The program recover-no-such-program was not found in /")) << result.err;
  result = run({.argv = {"/nonexistent/tool"}});
  EXPECT_EQ(result.status, 127);
  EXPECT_EQ(result.err, "The program /nonexistent/tool could not be executed: No such file or directory");
  EXPECT_EQ(run({.argv = {"/"}}).err, "The program / could not be executed: Permission denied");
  const tests::TemporaryDirectory dir;
  const auto script = dir.put("no-interpreter-line", "echo hello\n");
  std::filesystem::permissions(script, std::filesystem::perms::all);
  EXPECT_EQ(run({.argv = {script}}).err,
            "The program " + script + " could not be executed: Exec format error")
      << "never handed to a shell";
  EXPECT_EQ(run({}).status, 127);
}

TEST(Run, TellsTheSignalThatEndedTheChild) {
  EXPECT_EQ(shell("kill -KILL $$").status, 128 + SIGKILL);
  EXPECT_EQ(shell("kill -SEGV $$").status, 128 + SIGSEGV);
}

TEST(Run, TheEnvironmentIsPlain) {
  ::setenv("LC_MESSAGES", "de_DE.UTF-8", 1);
  ::setenv("LANGUAGE", "de", 1);
  ::setenv("RECOVER_TEST", "kept", 1);
  const auto out = run({.argv = {"env"}}).out;
  for (const auto* name : {"LC_MESSAGES", "LANGUAGE", "RECOVER_TEST"}) ::unsetenv(name);
  EXPECT_NE(out.find("LC_ALL=C\n"), std::string::npos);
  EXPECT_NE(out.find("RECOVER_TEST=kept\n"), std::string::npos);
  EXPECT_EQ(out.find("de_DE"), std::string::npos);
  EXPECT_EQ(out.find("LANGUAGE"), std::string::npos);
  EXPECT_NE(out.find("/usr/sbin"), std::string::npos);
}

TEST(Run, StandardInputIsEmptyAndNoOtherDescriptorIsInherited) {
  const int open_here = ::open("/dev/null", O_RDONLY);  // without O_CLOEXEC
  EXPECT_EQ(shell("cat; echo end").out, "end\n");
  // 3 is the directory that ls itself reads.
  EXPECT_EQ(run({.argv = {"ls", "/proc/self/fd"}}).out, "0\n1\n2\n3\n");
  ::close(open_here);
}

TEST(Run, SignalsAreAsAFreshProgramExpectsThem) {
  const auto out = tests::in_child([] {
    std::signal(SIGHUP, SIG_IGN);
    sigset_t some;
    ::sigemptyset(&some);
    ::sigaddset(&some, SIGTERM);
    ::sigprocmask(SIG_BLOCK, &some, nullptr);
    return run({.argv = {"grep", "-E", "SigBlk|SigIgn", "/proc/self/status"}}).out;
  });
  EXPECT_EQ(out, "SigBlk:\t0000000000000000\nSigIgn:\t0000000000000000\n");
}

TEST(Run, HasASessionOfItsOwnAndNoTerminal) {
  // proc_pid_stat(5): pid, name, state, parent, group, session, terminal.
  EXPECT_EQ(shell("read pid name state parent group session tty rest < /proc/$$/stat; "
                  "test $pid = $group && test $pid = $session && echo $tty")
                .out,
            "0\n");
}

TEST(Run, WorksWhenRecoverWasStartedWithClosedStreams) {
  const auto out = tests::in_child([] {
    for (const int fd : {0, 1, 2}) ::close(fd);
    const auto result = run({.argv = {"sh", "-c", "cat; echo out; echo err >&2"}, .input = "in\n"});
    return result.out + result.err;
  });
  EXPECT_EQ(out, "in\nout\nerr\n");
}

TEST(Run, LearnsTheStatusAlsoWhenSigchldWasIgnoredByItsParent) {
  EXPECT_EQ(tests::in_child([] {
              std::signal(SIGCHLD, SIG_IGN);
              return std::to_string(shell("exit 3").status);
            }),
            "3");
}

TEST(Run, DoesNotWaitForAProcessThatTheChildLeftBehind) {
  const auto begin = Clock::now();
  const auto result = shell("echo hello; sleep 20 & echo $! >&2");
  EXPECT_LT(Clock::now() - begin, 3s);
  EXPECT_EQ(result.status, 0);
  EXPECT_EQ(result.out, "hello\n");
  ::kill(std::stoi(result.err), SIGKILL);
}

TEST(Run, ReadsAllThatTheChildWroteAlsoWhenTheReaderIsSlow) {
  std::size_t size = 0;
  // The child ends at once with a full pipe behind it, held open by another; each piece takes long.
  const auto result = run({.argv = {"sh", "-c", "sleep 20 & echo $! >&2; head -c 65536 /dev/zero"}},
                          [&](std::string_view piece) {
                            size += piece.size();
                            ::usleep(300'000);
                          });
  EXPECT_EQ(size, 65536U);
  ::kill(std::stoi(result.err), SIGKILL);
}

TEST(Run, WaitsQuietlyForAChildThatClosedItsOutput) {
  rusage before = {}, after = {};
  ::getrusage(RUSAGE_SELF, &before);
  const auto result = shell("exec >&- 2>&-; sleep 1; exit 3");
  ::getrusage(RUSAGE_SELF, &after);
  EXPECT_EQ(result.status, 3);
  const auto used = (after.ru_utime.tv_sec - before.ru_utime.tv_sec) * 1'000'000 +
                    (after.ru_utime.tv_usec - before.ru_utime.tv_usec);
  EXPECT_LT(used, 200'000) << "it must not spin";
}

}  // namespace
}  // namespace recover::system
