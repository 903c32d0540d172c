#include "recover/confirm.hpp"

#include <gtest/gtest.h>

#include "recover/error.hpp"
#include "recover/salvage_actions.hpp"
#include "recover/system/keyboard.hpp"
#include "tests/unit/fake_run.hpp"

namespace recover::test {
namespace {

struct Script : system::Keyboard {
  bool there = true;
  std::vector<std::string> answers;  // nothing behind them: the input has ended
  std::size_t asked = 0;

  bool is_there() const override { return there; }
  std::optional<std::string> ask(const std::string&) override {
    return asked < answers.size() ? std::optional(answers[asked++]) : std::nullopt;
  }
};

struct Unseen : Reporter {
  void observe(const Event&) override {}
  void observe_silently(const Event&) override {}
  void say(const std::string& text) override { said += text; }
  void say_unwrapped(const std::string& text) override { said += text; }
  void log_to(const std::string&) override {}
  std::string said;
};

class ConfirmTest : public testing::Test {
 protected:
  void go(const std::vector<std::string>& given = {}) {
    confirm(run.plan, run.facts, given, keyboard, reporter);
  }

  FakeRun run;
  std::string serial = run.plan.targets.front().disk.serial;
  Script keyboard;
  Unseen reporter;
};

TEST_F(ConfirmTest, TheSerialIsTyped) {
  keyboard.answers = {serial};
  EXPECT_NO_THROW(go());
  EXPECT_NE(reporter.said.find("THIS WILL BE DESTROYED"), std::string::npos);
}

TEST_F(ConfirmTest, ASlipOfTheFingersIsForgivenTwice) {
  keyboard.answers = {"no", "", serial};
  EXPECT_NO_THROW(go());
  keyboard = {};
  keyboard.answers = {"no", "", "", serial};
  EXPECT_THROW(go(), Refused);
}

TEST_F(ConfirmTest, NothingElseMeansYes) {
  for (const auto* answer : {"", "yes", "y", "YES", "/dev/nvme0n1"}) {
    keyboard = {};
    keyboard.answers = {answer, answer, answer};
    EXPECT_THROW(go(), Refused) << answer;
  }
}

TEST_F(ConfirmTest, TheEndOfTheInputIsANo) {
  EXPECT_THROW(go(), Refused);
}

TEST_F(ConfirmTest, WithNobodyThereNothingIsAsked) {
  keyboard.there = false;
  keyboard.answers = {serial};
  EXPECT_THROW(go(), Refused);
  EXPECT_EQ(keyboard.asked, 0U);
}

TEST_F(ConfirmTest, ASerialThatIsGivenNeedsNoKeyboard) {
  keyboard.there = false;
  EXPECT_NO_THROW(go({serial}));
  EXPECT_THROW(go({"another"}), Refused);
}

TEST_F(ConfirmTest, WordsAboutASalvageConfirmNoDiskAndKeepNobodyFromTyping) {
  keyboard.answers = {serial};
  EXPECT_NO_THROW(go({nothing_can_be_salvaged, take_the_salvaged}));
  EXPECT_EQ(keyboard.asked, 1U);
  keyboard.there = false;
  EXPECT_THROW(go({nothing_can_be_salvaged, take_the_salvaged}), Refused);
  EXPECT_NO_THROW(go({nothing_can_be_salvaged, serial}));
}

}  // namespace
}  // namespace recover::test
