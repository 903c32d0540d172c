#include "recover/report/html.hpp"

#include <cstdio>

#include "recover/report/bar.hpp"
#include "recover/report/style.hpp"
#include "recover/report/text.hpp"

namespace recover::report {
namespace {

std::string escaped(const std::string& text) {
  std::string out;
  out.reserve(text.size());
  for (const char c : text) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      case '\'':
        out += "&#39;";
        break;
      default:
        out += c;
    }
  }
  return out;
}

const char* class_of(Tone tone) {
  return tone == Tone::good ? "good" : tone == Tone::degraded ? "degraded" : "open";
}

const char* class_of(Outcome outcome) {
  return outcome == Outcome::done ? "good" : outcome == Outcome::failed ? "bad" : "open";
}

const char* word_of(Outcome outcome) {
  return outcome == Outcome::done ? "done" : outcome == Outcome::failed ? "FAILED" : "not ended";
}

class Page {
 public:
  explicit Page(const Report& report) : report_(report) {}

  std::string text() {
    head();
    tasks();
    pairs("At a glance", report_.overview);
    wrong();
    pairs("The backup", report_.backup);
    timeline();
    runs();
    moments("Besides the steps", report_.done);
    proofs();
    degraded();
    out_ += "<footer>\n<p>" + escaped(report_.source) + "</p>\n</footer>\n</main>\n</body>\n</html>\n";
    return std::move(out_);
  }

 private:
  void head() {
    const auto title = escaped(report_.title);
    out_ +=
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; "
        "style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'\">\n"
        "<meta name=\"referrer\" content=\"no-referrer\">\n"
        "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
        "<meta name=\"color-scheme\" content=\"light dark\">\n<title>" +
        title + "</title>\n<style>\n" + style + "</style>\n</head>\n<body>\n<main>\n<header>\n<h1>" + title +
        "</h1>\n<p class=\"verdict " + class_of(report_.tone) + "\">" + escaped(report_.verdict) +
        "</p>\n</header>\n";
  }

  void heading(const char* words) { out_ += std::string("<section>\n<h2>") + words + "</h2>\n"; }

  void tasks() {
    heading("What is left to do");
    if (report_.left.empty()) {
      out_ += "<p>Nothing.</p>\n</section>\n";
      return;
    }
    out_ += "<ol>\n";
    for (const auto& [words, command] : report_.left)
      out_ += "<li>" + escaped(words) +
              (command.empty() ? "" : "<br>\n<code>" + escaped(command) + "</code>") + "</li>\n";
    out_ += "</ol>\n</section>\n";
  }

  void rows(const std::vector<Row>& all) {
    for (const auto& [label, text] : all)
      out_ += "<tr><th scope=\"row\" align=\"left\">" + escaped(label) + "</th><td>" + escaped(text) +
              "</td></tr>\n";
  }

  void pairs(const char* title, const std::vector<Row>& all) {
    if (all.empty()) return;
    heading(title);
    out_ += "<table class=\"pairs\">\n";
    rows(all);
    out_ += "</table>\n</section>\n";
  }

  void moments(const char* title, const std::vector<Row>& all) {
    if (all.empty()) return;
    heading(title);
    out_ += "<table class=\"moments\">\n";
    rows(all);
    out_ += "</table>\n</section>\n";
  }

  void wrong() {
    heading("What was wrong");
    if (!report_.met.empty()) {
      out_ += "<p>When the first run began, this was where the machine's filesystems belong:</p>\n<ul>\n";
      for (const auto& sentence : report_.met) out_ += "<li>" + escaped(sentence) + "</li>\n";
      out_ += "</ul>\n";
    }
    if (report_.wrong.empty()) {
      out_ += "<p>Nothing went wrong meanwhile.</p>\n</section>\n";
      return;
    }
    out_ += "<p>What went wrong meanwhile:</p>\n<table class=\"moments\">\n";
    rows(report_.wrong);
    out_ += "</table>\n</section>\n";
  }

  // In percent of the width, with two decimals, whatever the locale is.
  static std::string percent(int ten_thousandths) {
    char text[16];
    std::snprintf(text, sizeof text, "%d.%02d%%", ten_thousandths / 100, ten_thousandths % 100);
    return text;
  }

  static std::string drawing(const Bar& bar, Outcome outcome) {
    std::string svg = "<svg class=\"bar\" aria-hidden=\"true\" focusable=\"false\">";
    for (const int quarter : {0, 2500, 5000, 7500, 10000})
      svg += "<line x1=\"" + percent(quarter) + "\" x2=\"" + percent(quarter) + "\" y1=\"0\" y2=\"100%\"/>";
    return svg + "<rect class=\"" + class_of(outcome) + "\" x=\"" + percent(bar.from) +
           "\" y=\"20%\" width=\"" + percent(bar.width) + "\" height=\"60%\" rx=\"2\"/></svg>";
  }

  void timeline() {
    heading("What was done, and how long it took");
    if (report_.steps.empty()) {
      out_ += "<p>No step was begun.</p>\n</section>\n";
      return;
    }
    out_ += "<p class=\"soft\">Each bar is a step; their whole width is " + took(report_.work) + " of work" +
            (report_.runs.size() > 1 ? ", without the time between two runs" : "") +
            ".</p>\n<table class=\"steps\">\n<thead><tr><th scope=\"col\" align=\"left\">Step</th><th "
            "scope=\"col\" align=\"left\">How it ended</th>"
            "<th scope=\"col\" align=\"left\">Took</th><th scope=\"col\" "
            "align=\"left\">When</th></tr></thead>\n<tbody>\n";
    for (const auto& attempt : report_.steps) step(attempt);
    out_ += "</tbody>\n</table>\n</section>\n";
  }

  void step(const Attempt& attempt) {
    constexpr int least = 60;
    const auto note = escaped(attempt.note);
    out_ += "<tr><th scope=\"row\" align=\"left\">" + escaped(attempt.step) +
            (report_.runs.size() > 1 ? " <small>(run " + std::to_string(attempt.run) + ")</small>" : "") +
            "<br>\n<small>" + escaped(attempt.summary) + (attempt.destroys ? " <b>(destroys)</b>" : "") +
            "</small></th><td class=\"" + class_of(attempt.outcome) + "\">" + word_of(attempt.outcome) +
            "</td><td class=\"took\" nowrap>" + duration_of(attempt) +
            "</td><td class=\"when\"><div class=\"soft\">" + escaped(attempt.begun) + "</div>" +
            drawing(bar_of(attempt, report_, least), attempt.outcome) +
            (note.empty() ? "" : "<div class=\"soft\">" + note + "</div>") + "</td></tr>\n";
  }

  void runs() {
    if (report_.runs.empty()) return;
    heading("The runs");
    out_ += "<ol>\n";
    for (const auto& run : report_.runs)
      out_ += "<li>" + escaped(run.begun) + ", " + duration_of(run) + ": " + escaped(run.end) +
              (run.kept > 0 ? "; " + counted(run.kept, "step") + " done before, not done again" : "") +
              "</li>\n";
    out_ += "</ol>\n</section>\n";
  }

  void proofs() {
    if (report_.proofs.empty()) return;
    heading("What was proven");
    out_ +=
        "<p class=\"soft\">The last answer of each check.</p>\n<table class=\"proofs\">\n<thead><tr>"
        "<th scope=\"col\" align=\"left\">Check</th><th scope=\"col\" align=\"left\">Answer</th><th "
        "scope=\"col\" align=\"left\">Evidence</th></tr></thead>"
        "\n<tbody>\n";
    for (const auto& proof : report_.proofs)
      out_ += "<tr><th scope=\"row\" align=\"left\">" + escaped(proof.check) + "</th><td class=\"" +
              (proof.answer == "holds"           ? "good"
               : proof.answer == "does NOT hold" ? "bad"
                                                 : "open") +
              "\">" + escaped(proof.answer) + "</td><td>" + escaped(proof.evidence) + "</td></tr>\n";
    out_ += "</tbody>\n</table>\n</section>\n";
  }

  void degraded() {
    heading("What is degraded");
    if (report_.degraded.empty()) out_ += "<p>Nothing is on record as degraded.</p>\n";
    for (const auto& loss : report_.degraded) {
      out_ += "<h3>Lost: " + escaped(loss.title) + "</h3>\n<ul class=\"names\">\n";
      for (const auto& name : loss.names) out_ += "<li>" + escaped(name) + "</li>\n";
      out_ += "</ul>\n";
      if (const auto more = loss.count - loss.names.size(); more > 0)
        out_ += "<p>And " + std::to_string(more) + " more: <code>recover log</code> names each.</p>\n";
    }
    out_ += "</section>\n";
  }

  const Report& report_;
  std::string out_;
};

}  // namespace

std::string to_html(const Report& report) {
  return Page(report).text();
}

}  // namespace recover::report
