// Each line that is an event as one of a journal, and the input as the words of another: the report of them
// as HTML and as Markdown.
#include "recover/report/report.hpp"

#include "recover/report/html.hpp"
#include "recover/report/markdown.hpp"
#include "tests/fuzz/target.hpp"

namespace recover::fuzz {
namespace {

bool has(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

}  // namespace

void try_input(std::string_view input) {
  std::vector<Event> events;
  for (const auto line : parts(input, '\n')) {
    if (auto event = event_from_json(line)) events.push_back(std::move(*event));
    if (events.size() == 500) break;
  }
  const std::string words(input);
  events.push_back(Event("step-begun").with("step", words).with("summary", words));
  events.push_back(Event("degraded").with("lost", words).with("files", std::vector<std::string>{words}));
  events.push_back(Event("run-ended").with("why", words).with("remedy", words));
  const auto report = report::make_report(events, {"0", words});
  for (const auto& attempt : report.steps)
    require(attempt.seconds >= 0 && attempt.offset >= 0, "no step takes less than nothing");
  const auto html = report::to_html(report), markdown = report::to_markdown(report);
  require(html.ends_with("</html>\n"), "a page has its end");
  for (const auto& text : {html, markdown}) {
    require(!has(text, "<script") && !has(text, "<img"), "no word becomes an element");
    for (const char c : text)
      require(c == '\n' || (static_cast<unsigned char>(c) >= 0x20 && c != 0x7F),
              "no control character stays");
  }
}

}  // namespace recover::fuzz
