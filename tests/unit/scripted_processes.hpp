// Processes that answer from a script and start nothing. What is not in the script is an error of the test.
//
//     ScriptedProcesses processes;
//     processes.answer({"bconsole"}, ".jobs\n", "Connecting ...");
#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <deque>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "recover/system/process.hpp"

namespace recover::tests {

inline system::ProcessResult ended(int status, std::string out, std::string err = {}) {
  system::ProcessResult result;
  result.status = status;
  result.out = std::move(out);
  result.err = std::move(err);
  return result;
}
inline system::ProcessResult timed_out(std::string out) {
  auto result = ended(128 + 15, std::move(out));
  result.timed_out = true;
  return result;
}

class ScriptedProcesses : public system::Processes {
 public:
  struct Call {
    std::vector<std::string> argv;
    std::string input;
    bool operator==(const Call&) const = default;
  };

  // The next time that this is run, and the last answer ever after.
  void answer(std::vector<std::string> argv, std::string input, std::string output) {
    answer(std::move(argv), std::move(input), ended(0, std::move(output)));
  }
  void answer(std::vector<std::string> argv, std::string input, system::ProcessResult result) {
    const Call call{std::move(argv), std::move(input)};
    for (auto& [known, results] : script_) {
      if (known == call) return results.push_back(std::move(result));
    }
    script_.push_back({call, {std::move(result)}});
  }

  system::ProcessResult run(const system::ProcessSpec& spec, const system::Sink& sink) override {
    calls.push_back({spec.argv, spec.input});
    for (auto& [known, results] : script_) {
      if (known != calls.back()) continue;
      auto result = results.front();
      if (results.size() > 1) results.pop_front();
      if (sink) hand_out(std::exchange(result.out, {}), sink);
      return result;
    }
    std::string text;
    for (const auto& word : spec.argv) text += word + " ";
    throw std::logic_error("not in the script: " + text + "<<< " + spec.input);
  }

  std::unique_ptr<system::Child> start(const std::vector<std::string>&) override {
    throw std::logic_error("a unit test cannot start a process");
  }
  void pause(std::chrono::milliseconds time) override { paused += time; }

  bool said(const std::string& line) const {
    return std::any_of(calls.begin(), calls.end(),
                       [&](const Call& call) { return call.input == line + "\n"; });
  }

  std::vector<Call> calls;
  std::chrono::milliseconds paused{};

 private:
  // In small pieces, as a pipe may.
  static void hand_out(const std::string& text, const system::Sink& sink) {
    constexpr std::size_t piece = 7;
    for (std::size_t at = 0; at < text.size(); at += piece) sink(std::string_view(text).substr(at, piece));
  }

  std::vector<std::pair<Call, std::deque<system::ProcessResult>>> script_;
};

// A session with the Director as bconsole 9.6.7 prints it.
class ScriptedDirector : public ScriptedProcesses {
 public:
  static constexpr const char* greeting =
      "Connecting to Director 127.0.0.1:9101\n"
      "1000 OK: 103 main-dir Version: 9.6.7 (10 December 2020)\n"
      "Enter a period to cancel a command.\n";
  static std::vector<std::string> argv() { return {"bconsole", "-n"}; }

  // Each line and its answer, in one session.
  void session(const std::vector<std::pair<std::string, std::string>>& said) {
    std::string input, output = greeting;
    for (const auto& [line, reply] : said) {
      input += line + "\n";
      output += line + "\n" + reply;
    }
    answer(argv(), input, output);
  }
  void line(const std::string& said, const std::string& reply) { session({{said, reply}}); }
  void sql(const std::string& query, const std::string& fields) {
    line(".sql query=\"" + query + "\"", "Using Catalog \"MyCatalog\"\n" + fields);
  }
};

}  // namespace recover::tests
