#include "recover/salvage_text.hpp"

#include "recover/system/text.hpp"

namespace recover {
namespace {

std::string counted(std::int64_t files, const char* what) {
  return std::to_string(files) + (files == 1 ? " file " : " files ") + what;
}

std::string rung_words(const Event& event) {
  const auto files = event.number("files");
  const auto date = event.text("date");
  auto text = "   rung " + event.text("rung");
  if (!date.empty()) text += ", generation " + std::to_string(event.number("generation")) + ", " + date;
  if (const auto options = event.text("options"); !options.empty()) text += " (" + options + ")";
  text += ": " + event.text("answer");
  if (files == 0) return text;
  return text + "\n   " + counted(files, "by it, ") + system::human_bytes(event.number("bytes")) + ". " +
         event.text("trust") + ".";
}

std::string salvaged_words(const Event& event) {
  auto text = "   salvaged: " + counted(event.number("files"), "") + "in " + event.text("directory") + ", " +
              system::human_bytes(event.number("bytes"));
  if (const auto files = event.number("unchecked"); files > 0)
    text += "\n   of these " + std::to_string(files) + " read without their checksums";
  if (const auto files = event.number("older"); files > 0)
    text += "\n   of these " + std::to_string(files) + " of an older state";
  if (const auto loss = salvage_loss(event); !loss.empty()) text += "\n   NOT ALL: " + loss;
  return text;
}

std::string damaged_words(const Event& event) {
  std::string text;
  const auto files = event.list("files");
  for (const auto& words : files) text += (text.empty() ? "" : "\n") + ("   DAMAGED OR LOST: " + words);
  const auto more = event.number("all") - static_cast<std::int64_t>(files.size());
  return text + (more > 0 ? "\n   and " + std::to_string(more) + " more, all of them in the manifest" : "");
}

}  // namespace

std::string salvage_loss(const Event& event) {
  const auto damaged = event.number("damaged"), lost = event.number("lost");
  if (damaged + lost == 0) return "";
  const auto in = event.text("directory") + "/manifest.jsonl";
  std::string text;
  if (damaged > 0) text = counted(damaged, "could be read in part only");
  if (lost > 0) text += (text.empty() ? "" : ", ") + counted(lost, "or directories not at all");
  return text + ": " + in;
}

std::string salvage_words(const Event& event) {
  if (event.name == "rung") return rung_words(event);
  if (event.name == "salvaged") return salvaged_words(event);
  if (event.name == "salvage-damaged") return damaged_words(event);
  if (event.name == "salvage-kept")
    return "   This filesystem was made again since the salvage in " + event.text("directory") +
           ":\n   nothing is salvaged from it, and that salvage stays as it is";
  if (event.name == "salvage-impossible") return "   NOTHING CAN BE SALVAGED: no rung of the ladder works";
  return "";
}

}  // namespace recover
