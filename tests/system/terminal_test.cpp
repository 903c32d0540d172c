#include "recover/system/terminal.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <pty.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>

#include "recover/error.hpp"
#include "recover/system/signals.hpp"
#include "tests/system/in_child.hpp"

namespace recover::system {
namespace {

using tests::in_child;

// `typed` as standard input, from a pipe whose other end is closed then.
void type(const std::string& typed) {
  int ends[2];
  ASSERT_EQ(::pipe(ends), 0);
  ASSERT_EQ(::write(ends[1], typed.data(), typed.size()), static_cast<ssize_t>(typed.size()));
  ::dup2(ends[0], 0);
  ::close(ends[0]);
  ::close(ends[1]);
}

// Standard output somewhere else than on the test's own.
void hide_output() {
  ::dup2(::open("/dev/null", O_WRONLY), 1);
}

std::string answer_to(const std::string& typed) {
  return in_child([&] {
    hide_output();
    type(typed);
    return ask("? ").value_or("(nothing)");
  });
}

TEST(Ask, TakesOneLine) {
  EXPECT_EQ(answer_to("WD-123\n"), "WD-123");
  EXPECT_EQ(answer_to("\n"), "");
  EXPECT_EQ(answer_to("a\r\nb\n"), "a");
  EXPECT_EQ(answer_to(std::string(60'000, 'x') + "\n").size(), 4096U);
}

TEST(Ask, TheEndIsNoAnswer) {
  EXPECT_EQ(answer_to(""), "(nothing)");
  EXPECT_EQ(answer_to("yes"), "(nothing)") << "the connection broke before the line was done";
  EXPECT_EQ(in_child([] {
              hide_output();
              ::close(0);
              return ask("? ").value_or("(nothing)");
            }),
            "(nothing)");
}

TEST(Ask, LeavesTheNextLineToTheNextReader) {
  EXPECT_EQ(in_child([] {
              hide_output();
              type("one\ntwo\n");
              const auto first = ask("? ").value_or("");
              const auto second = ask("? ").value_or("");
              return first + "," + second + "," + ask("? ").value_or("(nothing)");
            }),
            "one,two,(nothing)");
}

TEST(Ask, AfterASignalIsNotAsked) {
  EXPECT_EQ(in_child([]() -> std::string {
              hide_output();
              install_signal_handlers();
              ::raise(SIGTERM);
              type("yes\n");
              try {
                return ask("? ").value_or("(nothing)");
              } catch (const Interrupted&) {
                return "interrupted";
              }
            }),
            "interrupted");
}

// The end that a person would sit at. `what` runs with the other end as its controlling terminal.
struct Terminal {
  int fd = -1;
  pid_t pid = -1;
  explicit Terminal(const std::function<void()>& what) {
    winsize size = {25, 132, 0, 0};
    std::fflush(nullptr);  // what the parent has buffered is not the child's to say
    pid = ::forkpty(&fd, nullptr, nullptr, &size);
    if (pid == 0) {
      what();
      std::fflush(stdout);
      ::_exit(0);
    }
  }
  // Reads until `text` was seen, or the other side ended.
  std::string until(const std::string& text) const {
    std::string seen;
    char c = 0;
    while (seen.find(text) == std::string::npos && ::read(fd, &c, 1) == 1) seen += c;
    return seen;
  }
  void write(const std::string& text) const {
    ASSERT_EQ(::write(fd, text.data(), text.size()), static_cast<ssize_t>(text.size()));
  }
  ~Terminal() {
    if (fd >= 0) ::close(fd);
    ::waitpid(pid, nullptr, 0);
  }
};

TEST(OnATerminal, PromptComesAfterWhatWasPrintedAndTheAnswerAfterEnter) {
  const Terminal terminal([] {
    std::printf("%d %d %d\n", output_is_terminal(), input_is_terminal(), terminal_width());
    const auto line = ask("Serial: ");
    std::printf("[%s]\n", line.value_or("(nothing)").c_str());
  });
  EXPECT_EQ(terminal.until("Serial: "), "1 1 132\r\nSerial: ");
  terminal.write(
      "ABX\x7f"
      "C\n");  // a mistake, corrected
  EXPECT_NE(terminal.until("]").find("[ABC]"), std::string::npos);
}

TEST(OnATerminal, ThePromptIsSeenWhenTheOutputGoesToAFile) {
  const Terminal terminal([] {
    hide_output();
    ::dup2(1, 2);
    ask("Serial: ");
  });
  EXPECT_EQ(terminal.until("Serial: "), "Serial: ");
  terminal.write("\x04");  // ^D
}

TEST(OnATerminal, ControlCInterruptsTheQuestion) {
  const Terminal terminal([] {
    install_signal_handlers();
    try {
      ask("Serial: ");
    } catch (const Interrupted& error) {
      std::printf("%s.\n", error.problem().c_str());
    }
  });
  terminal.until("Serial: ");
  terminal.write("\x03");
  EXPECT_NE(terminal.until(".").find("\r\nInterrupted by SIGINT"), std::string::npos)
      << "it begins on a line of its own";
}

TEST(OnATerminal, AHangUpEndsTheQuestion) {
  int result[2];
  ASSERT_EQ(::pipe(result), 0);
  {
    Terminal terminal([&] {
      ::close(result[0]);
      install_signal_handlers();
      char word = 'a';
      try {
        word = ask("Serial: ") ? 'a' : 'n';
      } catch (const Interrupted&) {
        word = 'i';
      }
      [[maybe_unused]] auto written = ::write(result[1], &word, 1);
    });
    terminal.until("Serial: ");
    ::close(terminal.fd);
    terminal.fd = -1;
  }
  ::close(result[1]);
  char word = '-';
  EXPECT_EQ(::read(result[0], &word, 1), 1);
  EXPECT_TRUE(word == 'i' || word == 'n') << word;
  ::close(result[0]);
}

TEST(TerminalWidth, IsSaneWhateverTheTerminalSays) {
  const auto width_of = [](unsigned short columns) {
    int master = -1, slave = -1;
    winsize size = {25, columns, 0, 0};
    EXPECT_EQ(::openpty(&master, &slave, nullptr, nullptr, &size), 0);
    const auto text = in_child([&] {
      ::dup2(slave, 1);
      return std::to_string(terminal_width());
    });
    ::close(master);
    ::close(slave);
    return text;
  };
  EXPECT_EQ(width_of(0), "80");
  EXPECT_EQ(width_of(7), "80");
  EXPECT_EQ(width_of(20), "20");
  EXPECT_EQ(width_of(4000), "200");
  EXPECT_EQ(in_child([] {
              hide_output();
              return std::to_string(terminal_width());
            }),
            "80");
}

}  // namespace
}  // namespace recover::system
