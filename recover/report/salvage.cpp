#include "recover/report/salvage.hpp"

#include <algorithm>
#include <vector>

#include "recover/report/text.hpp"
#include "recover/system/text.hpp"

namespace recover::report {
namespace {

constexpr std::size_t most = 20;  // names in one sentence

// `count`: of all; the list may be shorter.
std::string some(const std::vector<std::string>& words, std::int64_t count) {
  const std::vector<std::string> first(
      words.begin(), words.begin() + static_cast<std::ptrdiff_t>(std::min(words.size(), most)));
  const auto more = count - static_cast<std::int64_t>(first.size());
  return system::joined(first, "; ") + (more > 0 ? " and " + std::to_string(more) + " more" : "");
}

std::string files_and_size(const Event& event) {
  return counted(event.number("files"), "file") + ", " + system::human_bytes(event.number("bytes"));
}

std::string diagnosis(const Event& event) {
  const auto playbook = event.text("playbook"), archive = event.text("archive");
  return "Diagnosis: " + event.text("recommendation") +
         (playbook.empty() || playbook == "none" ? "" : ". The playbook for it: " + playbook) +
         (archive.empty() ? "" : ". What it is made from is kept in " + archive);
}

std::string rung(const Event& event) {
  const auto options = event.text("options"), trust = event.text("trust");
  return "Read by \"" + event.text("rung") + "\"" + (options.empty() ? "" : " (" + options + ")") + ": " +
         event.text("answer") + (event.number("files") > 0 ? "; " + files_and_size(event) : "") +
         (trust.empty() ? "" : ". " + trust);
}

std::string salvaged(const Event& event) {
  auto text = "Salvaged to " + event.text("directory") + ": " + files_and_size(event);
  const auto add = [&](const char* key, const char* words) {
    if (event.number(key) > 0) text += "; " + std::to_string(event.number(key)) + " " + words;
  };
  add("unchecked", "of them with nothing that shows they are whole");
  add("older", "of them from an older state of the filesystem");
  add("damaged", "DAMAGED");
  add("lost", "LOST");
  return text;
}

std::string taken(const Event& event) {
  const auto choice = event.text("choice");
  const auto files = counted(event.number("count"), "salvaged file");
  const auto list = event.text("list").empty() ? "" : ". All of them: " + event.text("list");
  if (choice == "nothing") return "Nothing that was salvaged would change the restored tree" + list;
  const auto names =
      event.list("files").empty() ? "" : ": " + some(event.list("files"), event.number("count"));
  if (choice == "postponed")
    return files + " wait: " + event.text("why") +
           ". On the rebooted machine: recover --playbook take-salvaged" + list;
  if (choice == "refused") return files + " were not wanted" + names + list;
  auto text = files + " taken into the restored tree, " + system::human_bytes(event.number("bytes")) + names;
  if (const auto damaged = event.list("damaged"); !damaged.empty())
    text += ". DAMAGED, beside the good ones: " + some(damaged, static_cast<std::int64_t>(damaged.size()));
  if (const auto left = event.list("left"); !left.empty())
    text += ". Left in the salvage: " + some(left, event.number("left-count"));
  return text + list;
}

}  // namespace

std::optional<std::string> salvage_sentence(const Event& event) {
  const auto& name = event.name;
  if (name == "diagnosis") return diagnosis(event);
  if (name == "rung") return rung(event);
  if (name == "salvaged") return salvaged(event);
  if (name == "salvage-damaged") {
    const auto files = event.list("files");
    return "Damaged, and salvaged in part: " + some(files, static_cast<std::int64_t>(files.size()));
  }
  if (name == "salvage-impossible")
    return "Nothing can be salvaged: " + system::joined(event.list("answers"), "; ");
  if (name == "salvage-taken") return taken(event);
  if (name == "salvage-no-room") return event.text("why");
  if (name == "nothing-to-take") return "No salvaged files to take: " + event.text("why");
  return std::nullopt;
}

bool is_salvage_trouble(const Event& event) {
  if (event.name == "salvaged") return event.number("damaged") > 0 || event.number("lost") > 0;
  if (event.name == "salvage-taken")
    return event.text("choice") == "postponed" || !event.list("damaged").empty();
  return event.name == "salvage-damaged" || event.name == "salvage-impossible" ||
         event.name == "salvage-no-room";
}

}  // namespace recover::report
