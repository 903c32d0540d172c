#include "recover/report/markdown.hpp"

#include <algorithm>

#include "recover/report/bar.hpp"
#include "recover/report/text.hpp"

namespace recover::report {
namespace {

bool is_word(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

// So that it means itself, in a paragraph, a list and a table. '<' and '&' as HTML has them: what knows no
// backslash before them must not see a tag either.
std::string escaped(const std::string& text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    const bool inside = i > 0 && i + 1 < text.size() && is_word(text[i - 1]) && is_word(text[i + 1]);
    const bool first = i == 0, numbers = text.find_first_not_of("0123456789") == i;
    if (c == '<') {
      out += "&lt;";
    } else if (c == '>') {
      out += "&gt;";
    } else if (c == '&') {
      out += "&amp;";
    } else if (c == '\\' || c == '`' || c == '*' || c == '[' || c == ']' || c == '|' || c == '~' ||
               (c == '_' && !inside) || (first && (c == '#' || c == '+' || c == '-' || c == '=')) ||
               (numbers && (c == '.' || c == ')'))) {
      out += '\\';
      out += c;
    } else {
      out += c;
    }
  }
  return out;
}

// For an indented block, where all else means itself.
std::string without_tags(const std::string& text) {
  std::string out;
  for (const char c : text) out += c == '<' ? std::string("&lt;") : std::string(1, c);
  return out;
}

class Page {
 public:
  explicit Page(const Report& report) : report_(report) {}

  std::string text() {
    out_ = "# " + escaped(report_.title) + "\n\n**" + escaped(report_.verdict) + "**\n";
    tasks();
    pairs("At a glance", report_.overview);
    wrong();
    pairs("The backup", report_.backup);
    timeline();
    runs();
    pairs("Besides the steps", report_.done);
    proofs();
    degraded();
    out_ += "\n---\n\n" + escaped(report_.source) + "\n";
    return std::move(out_);
  }

 private:
  void heading(const char* words) { out_ += std::string("\n## ") + words + "\n\n"; }

  void tasks() {
    heading("What is left to do");
    if (report_.left.empty()) out_ += "Nothing.\n";
    int number = 0;
    for (const auto& [words, command] : report_.left) {
      out_ += std::to_string(++number) + ". " + escaped(words) + "\n";
      // Indented: no fence that a text could close.
      if (!command.empty()) out_ += "\n        " + without_tags(command) + "\n\n";
    }
  }

  void items(const std::vector<Row>& rows) {
    for (const auto& [label, text] : rows)
      out_ += "- " + (label.empty() ? "" : escaped(label) + ": ") + escaped(text) + "\n";
  }

  void pairs(const char* title, const std::vector<Row>& rows) {
    if (rows.empty()) return;
    heading(title);
    items(rows);
  }

  void wrong() {
    heading("What was wrong");
    if (!report_.met.empty()) {
      out_ += "When the first run began, this was where the machine's filesystems belong:\n\n";
      for (const auto& sentence : report_.met) out_ += "- " + escaped(sentence) + "\n";
      out_ += "\n";
    }
    if (report_.wrong.empty()) {
      out_ += "Nothing went wrong meanwhile.\n";
      return;
    }
    out_ += "What went wrong meanwhile:\n\n";
    items(report_.wrong);
  }

  static const char* word_of(Outcome outcome) {
    return outcome == Outcome::done ? "done" : outcome == Outcome::failed ? "FAILED" : "not ended";
  }

  // Names at the left, padded or cut to the same width: what is in an indented block means itself.
  static std::string padded(std::string name, std::size_t width) {
    if (name.size() > width) {
      name.resize(width - 2);
      while (!name.empty() && (static_cast<unsigned char>(name.back()) & 0xC0) == 0x80) name.pop_back();
      if (!name.empty() && static_cast<unsigned char>(name.back()) >= 0xC0) name.pop_back();
      name += "..";
    }
    const auto columns = std::count_if(name.begin(), name.end(),
                                       [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; });
    return name + std::string(width - std::min(width, static_cast<std::size_t>(columns)), ' ');
  }

  void timeline() {
    constexpr int columns = 32, cell = 10000 / columns;
    constexpr std::size_t name_width = 24, took_width = 13;
    heading("What was done, and how long it took");
    if (report_.steps.empty()) {
      out_ += "No step was begun.\n";
      return;
    }
    out_ += "The bars' whole width is " + took(report_.work) + " of work" +
            (report_.runs.size() > 1 ? ", without the time between two runs" : "") + ".\n\n";
    for (const auto& attempt : report_.steps) {
      const auto bar = bar_of(attempt, report_, cell);
      const auto from = std::min(bar.from / cell, columns - 1);
      const auto width = std::clamp((bar.width + cell / 2) / cell, 1, columns - from);
      std::string line(static_cast<std::size_t>(columns), '.');
      std::fill_n(line.begin() + from, width,
                  attempt.outcome == Outcome::done     ? '#'
                  : attempt.outcome == Outcome::failed ? 'X'
                                                       : '?');
      out_ += "    " + without_tags(padded(attempt.step, name_width)) + " " +
              padded(duration_of(attempt), took_width) + line + "\n";
    }
    out_ += "\n| step | how it ended | took | begun | what it does |\n| --- | --- | --- | --- | --- |\n";
    for (const auto& attempt : report_.steps)
      out_ += "| " + escaped(attempt.step) +
              (report_.runs.size() > 1 ? " (run " + std::to_string(attempt.run) + ")" : "") + " | " +
              word_of(attempt.outcome) + (attempt.note.empty() ? "" : ": " + escaped(attempt.note)) + " | " +
              duration_of(attempt) + " | " + escaped(attempt.begun) + " | " + escaped(attempt.summary) +
              (attempt.destroys ? " (destroys)" : "") + " |\n";
  }

  void runs() {
    if (report_.runs.empty()) return;
    heading("The runs");
    int number = 0;
    for (const auto& run : report_.runs)
      out_ += std::to_string(++number) + ". " + escaped(run.begun) + ", " + duration_of(run) + ": " +
              escaped(run.end) +
              (run.kept > 0 ? "; " + counted(run.kept, "step") + " done before, not done again" : "") + "\n";
  }

  void proofs() {
    if (report_.proofs.empty()) return;
    heading("What was proven");
    out_ += "The last answer of each check.\n\n| check | answer | evidence |\n| --- | --- | --- |\n";
    for (const auto& proof : report_.proofs)
      out_ += "| " + escaped(proof.check) + " | " + escaped(proof.answer) + " | " + escaped(proof.evidence) +
              " |\n";
  }

  void degraded() {
    heading("What is degraded");
    if (report_.degraded.empty()) out_ += "Nothing is on record as degraded.\n";
    for (const auto& loss : report_.degraded) {
      out_ +=
          (&loss == &report_.degraded.front() ? "### Lost: " : "\n### Lost: ") + escaped(loss.title) + "\n\n";
      for (const auto& name : loss.names) out_ += "- " + escaped(name) + "\n";
      if (const auto more = loss.count - loss.names.size(); more > 0)
        out_ += "\nAnd " + std::to_string(more) + " more: `recover log` names each.\n";
    }
  }

  const Report& report_;
  std::string out_;
};

}  // namespace

std::string to_markdown(const Report& report) {
  return Page(report).text();
}

}  // namespace recover::report
