#include "recover/report/sentences.hpp"

#include "recover/report/salvage.hpp"
#include "recover/report/text.hpp"
#include "recover/system/text.hpp"

namespace recover::report {
namespace {

// Some of a list, and how many more.
std::string some(const std::vector<std::string>& words, std::size_t most = 20) {
  if (words.size() <= most) return system::joined(words);
  const std::vector<std::string> first(words.begin(), words.begin() + static_cast<std::ptrdiff_t>(most));
  return system::joined(first) + " and " + std::to_string(words.size() - most) + " more";
}

std::string size_of(const std::vector<std::string>& words, const char* thing) {
  return counted(static_cast<std::int64_t>(words.size()), thing);
}

std::string files_and_size(const Event& event) {
  return counted(event.number("files"), "file") + ", " + system::human_bytes(event.number("bytes"));
}

std::string confirmed(const Event& event) {
  auto text = "The operator confirmed that this may be erased: " + some(event.list("serials"));
  if (const auto foreign = event.list("foreign"); !foreign.empty())
    text += "; and what the profile does not know: " + some(foreign);
  return text;
}

std::string extracted(const Event& event) {
  const auto errors = event.list("errors");
  return "bextract brought back " + counted(event.number("files"), "file") +
         (errors.empty() ? "" : ", and complained: " + some(errors, 5));
}

std::string volumes_held(const Event& event) {
  const auto volumes = event.list("volumes");
  return volumes.empty()
             ? "The volumes of the backup are read-only in the catalog already"
             : "Read-only in the catalog until a new backup has verified; before that " + some(volumes);
}

std::string restored(const Event& event) {
  return "Job " + std::to_string(event.number("job")) + " of the Director restored " + files_and_size(event);
}

std::string catalog_chosen(const Event& event) {
  const auto way = event.text("way"), newest = event.text("newest");
  if (way == "environment")
    return "The catalog of the recovery environment knows the newest backup: " + newest;
  auto text = std::string(way == "bscan" ? "The catalog was rebuilt from the volumes by bscan"
                                         : "The catalog was loaded from its newest dump") +
              ", and knows the newest backup: " + newest;
  for (const auto& cost : event.list("cost")) text += ". " + cost;
  if (const auto kept = event.text("kept"); !kept.empty()) text += ". The former one is kept as " + kept;
  return text;
}

std::string catalog_not_current(const Event& event) {
  const auto unknown = event.list("unknown");
  return "No catalog that knows the newest backup could be had: " + event.text("why") +
         (unknown.empty() ? "" : ". The Director does not know " + some(unknown, 10)) +
         (event.text("kept").empty() ? "" : ". The former catalog is kept as " + event.text("kept"));
}

}  // namespace

std::string loss_words(const std::string& lost, std::size_t count) {
  const auto files = counted(static_cast<std::int64_t>(count), "file");
  if (lost == "data") return files + ", damaged";
  if (lost == "file") return files + ", missing or different";
  return "the " + lost + " of " + files;
}

std::string proof_sentence(const Event& event) {
  return event.text("depth") + ": " + size_of(event.list("volumes"), "volume") + ", " +
         counted(event.number("ranges"), "range") + ", " + counted(event.number("blocks"), "block") +
         " read, " + system::human_bytes(event.number("bytes")) +
         (event.number("digests") > 0 ? ", " + counted(event.number("digests"), "digest") + " right" : "");
}

std::optional<std::string> what_was_done(const Event& event) {
  const auto& name = event.name;
  if (name == "confirmed") return confirmed(event);
  if (name == "director-proven")
    return "The Director " + event.text("director") + " (" + event.text("version") +
           ") of the recovery environment can write no backup";
  if (name == "made")
    return "Made again: " + event.text("type") + " " + event.text("uuid") + " on " + event.text("device");
  if (name == "fallback")
    return "\"" + event.text("instead") + "\" stands in for the step \"" + event.text("step") + "\"";
  if (name == "restored") return restored(event);
  if (name == "extracted") return extracted(event);
  if (name == "efi-entry-written")
    return "The boot entry \"" + event.text("label") + "\" was written, " + event.text("loader");
  if (name == "without-efi-variables") return event.text("text");
  if (name == "volumes-held") return volumes_held(event);
  if (name == "catalog-chosen") return catalog_chosen(event);
  if (name == "catalog-handed-over")
    return "The catalog of the recovery environment is the machine's now: " + event.text("to");
  if (name == "catalog-left")
    return "The catalog was left as a dump in the restored root: " + event.text("to");
  if (name == "reminder-left") return "Left in the restored root: " + some(event.list("files"));
  if (name == "jobs-held") return "Taken out of the schedule: " + some(event.list("jobs"));
  if (name == "jobs-released") return "Back in the schedule: " + some(event.list("jobs"));
  if (name == "volumes-released") return "Not held any more: " + some(event.list("volumes"));
  if (name == "quarantine" && event.flag("lifted")) return "The quarantine was lifted by hand";
  if (name == "repaired") return "Repaired: " + loss_words(event.text("lost"), event.list("files").size());
  if (name == "nothing-degraded") return "Nothing is degraded, or all is repaired already";
  if (name == "salvaged-by-bacula" && !event.list("volumes").empty())
    return "Bacula backed the broken filesystem up: " + counted(event.number("files"), "file") + ", on " +
           some(event.list("volumes"));
  if (name == "left") return "Left as it is, " + event.text("what") + ": " + event.text("why");
  if (name == "backup-verified")
    return "Backup job " + std::to_string(event.number("job")) + " of the rebooted machine was verified";
  return is_salvage_trouble(event) ? std::nullopt : salvage_sentence(event);
}

std::optional<std::string> what_went_wrong(const Event& event) {
  const auto& name = event.name;
  if (name == "check" && event.text("answer") == "fails")
    return "The check " + event.text("check") + " does not hold: " + event.text("evidence");
  if (name == "step-failed") return "The step \"" + event.text("step") + "\" failed: " + event.text("why");
  if (name == "run-ended") return "The run ended: " + event.text("why");
  if (name == "backup-not-proven")
    return "The backup is not proven: " + some(event.list("problems"), 10) +
           (event.number("missing") > 0
                ? "; " + counted(event.number("missing"), "file") + " would be missing or damaged"
                : "");
  if (name == "salvage-damaged") return "Not read, or not whole: " + some(event.list("files"), 10);
  if (name == "backup-damaged") return "Damaged on the volumes: " + some(event.list("files"), 10);
  if (name == "still-damaged") return "Cannot be had from the volumes: " + some(event.list("files"), 10);
  if (name == "not-repaired")
    return "Not repaired: " + loss_words(event.text("lost"), event.list("files").size());
  if (name == "volumes-not-held")
    return "The volumes are not set read-only in the catalog: " + event.text("why");
  if (name == "catalog-not-current") return catalog_not_current(event);
  if (name == "catalog-not-handed-over")
    return "The catalog was not given to the machine: " + event.text("why");
  if (name == "reminder-without-program" || name == "reminder-without-unit")
    return "Nothing will verify a backup by itself: " + event.text("why");
  return is_salvage_trouble(event) ? salvage_sentence(event) : std::nullopt;
}

}  // namespace recover::report
