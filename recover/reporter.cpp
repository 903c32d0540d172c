#include "recover/reporter.hpp"

#include <spdlog/sinks/basic_file_sink.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <map>
#include <utility>

#include "recover/error.hpp"
#include "recover/report/salvage.hpp"
#include "recover/salvage_text.hpp"
#include "recover/system/machine.hpp"
#include "recover/system/terminal.hpp"
#include "recover/system/text.hpp"

namespace recover {
namespace {

using Clock = std::chrono::steady_clock;
using namespace std::chrono_literals;

// `controls`: the carriage return of the progress line, and nothing else.
void print(const std::string& raw, const std::string& controls = "") {
  const auto text = controls + system::harmless(raw);
  const auto written = std::fwrite(text.data(), 1, text.size(), stdout);
  if (written != text.size() || std::fflush(stdout) != 0)
    throw Interrupted("The output is closed: nobody can see what is done");
}

class BaseReporter : public Reporter {
 public:
  void log_to(const std::string& file) override {
    try {
      log_ = std::make_shared<spdlog::logger>("recover",
                                              std::make_shared<spdlog::sinks::basic_file_sink_st>(file));
      log_->set_pattern("%v");
      log_->flush_on(spdlog::level::info);
      // A full disk must not end the run for want of a log; the journal says so on its own.
      log_->set_error_handler([](const std::string&) {});
    } catch (const spdlog::spdlog_ex& error) {
      say(std::string("The log cannot be kept: ") + error.what());
    }
  }

 protected:
  void log(const Event& event) {
    if (log_) log_->info("{} {}", system::local_time(system::now()), to_json(event));
  }

 private:
  std::shared_ptr<spdlog::logger> log_;
};

class JsonReporter : public BaseReporter {
 public:
  void observe(const Event& event) override {
    if (event.name != "progress") log(event);
    print(to_json(event) + "\n");
  }
  void say(const std::string&) override {}
  void say_unwrapped(const std::string&) override {}
  void observe_silently(const Event& event) override { observe(event); }
};

bool has(const Event& event, std::string_view key) {
  return std::any_of(event.fields.begin(), event.fields.end(),
                     [&](const auto& field) { return field.first == key; });
}

// Rate and time left, measured from the first progress of a step.
class Meter {
 public:
  std::string line(const Event& event) {
    const auto now = Clock::now();
    const auto files = event.number("files"), bytes = event.number("bytes");
    if (!begun_ || files < last_files_ || bytes < last_bytes_) {
      begun_ = now;
      first_bytes_ = bytes;
      first_files_ = files;
    }
    last_files_ = files;
    last_bytes_ = bytes;
    const bool counts_bytes = has(event, "bytes");
    if (has(event, "packages")) return std::to_string(event.number("packages")) + " packages";
    const auto total_files = event.number("total-files"), total_bytes = event.number("total-bytes");
    const double seconds = std::chrono::duration<double>(now - *begun_).count();
    // A proof counts bytes alone.
    const auto of_files = total_files > 0 ? " of " + std::to_string(total_files) : std::string();
    std::string text = files + total_files > 0 ? std::to_string(files) + of_files + " files" : "";
    if (counts_bytes)
      text += (text.empty() ? "" : ", ") + system::human_bytes(bytes) +
              (total_bytes > 0 ? " of " + system::human_bytes(total_bytes) : "");
    if (seconds < 1.0) return text;
    const auto bytes_rate = static_cast<double>(bytes - first_bytes_) / seconds;
    if (counts_bytes) text += ", " + system::human_bytes(static_cast<std::int64_t>(bytes_rate)) + "/s";
    if (const auto left = seconds_left(files, total_files, bytes, total_bytes, seconds); left >= 0)
      text += ", " + system::human_seconds(left) + " left";
    return text;
  }

 private:
  // By bytes when their total is known, else by files.
  std::int64_t seconds_left(std::int64_t files, std::int64_t total_files, std::int64_t bytes,
                            std::int64_t total_bytes, double seconds) const {
    const bool by_bytes = total_bytes > 0 && bytes > first_bytes_;
    const auto done = static_cast<double>(by_bytes ? bytes - first_bytes_ : files - first_files_);
    const auto left = static_cast<double>(by_bytes ? total_bytes - bytes : total_files - files);
    if (done <= 0 || left < 0) return -1;
    return static_cast<std::int64_t>(left / done * seconds);
  }

  std::optional<Clock::time_point> begun_;
  std::int64_t first_files_ = 0, first_bytes_ = 0, last_files_ = 0, last_bytes_ = 0;
};

class TextReporter : public BaseReporter {
 public:
  explicit TextReporter(Screen screen) : screen_(screen) {}

  void observe(const Event& event) override {
    if (event.name == "progress") return progress(event);
    log(event);
    // Commands are left as they are, for whoever wants to type them.
    if (event.name == "action-begun") return say_unwrapped(typed(event.list("typed")));
    if (event.name == "diagnosis") return diagnosis(event);
    if (event.name == "environment-configured") {
      const auto lines = event.list("difference");
      say_unwrapped((lines.empty() ? "   nothing had to be taken out" : listed("   ", lines)) + "\n");
    }
    if (const auto text = described(event); !text.empty()) line(text);
  }

  void say(const std::string& text) override { line(text); }
  void say_unwrapped(const std::string& text) override {
    print((std::exchange(on_progress_line_, false) ? "\n" : "") + text);
  }
  void observe_silently(const Event&) override {}

 private:
  // The same answer to the same question is shown once; the journal has each.
  bool news(const Event& event) {
    auto& shown = shown_[event.text("check")];
    const auto now = event.text("answer") + event.text("evidence");
    return std::exchange(shown, now) != now;
  }

  std::string described(const Event& event) {
    const auto step = event.text("step");
    if (event.name == "step-begun") return "\n== " + step + ": " + event.text("summary");
    if (event.name == "step-kept") return "\n== " + step + ": done before, not done again";
    if (event.name == "check") return news(event) ? check(event) : "";
    if (event.name == "step-failed") return "   FAILED: " + event.text("why");
    if (event.name == "fallback") return "   Falling back to \"" + event.text("instead") + "\".";
    if (event.name == "director-proven")
      return "   ok The Director " + event.text("director") + " (" + event.text("version") + ") knows " +
             std::to_string(event.list("jobs").size()) + " job(s), none of which can write a backup";
    if (event.name == "backup-damaged") return listed("   DAMAGED on the volumes: ", event.list("files"));
    if (event.name == "backup-proven") return proven(event);
    if (event.name == "backup-not-proven") return not_proven(event);
    if (event.name == "restored")
      return "   restored " + std::to_string(event.number("files")) + " files, " +
             system::human_bytes(event.number("bytes")) + ", job " + std::to_string(event.number("job"));
    if (event.name == "without-efi-variables") return "   NOTE: " + event.text("text") + ".";
    if (event.name == "efi-entry-written") return efi_entry(event);
    if (event.name == "volumes-held") return volumes_held(event);
    if (event.name == "volumes-not-held")
      return "   NOTE: the volumes are not set read-only in the catalog: " + event.text("why") + ".";
    if (event.name == "catalog-handed-over")
      return "   " + event.text("from") + " is the catalog of the machine now: " + event.text("to");
    if (event.name == "catalog-left")
      return "   NOTE: the catalog is left as a dump in the restored root, " + event.text("to") + ": " +
             event.text("server") + " is to load it there.";
    if (event.name == "catalog-not-handed-over")
      return "   NOTE: the catalog is not handed over: " + event.text("why") + ".";
    if (event.name == "reminder-left")
      return "   left in the restored root: " + system::joined(event.list("files"));
    if (event.name == "reminder-without-program" || event.name == "reminder-without-unit")
      return "   NOTE: nothing will verify a backup by itself: " + event.text("why") + ".";
    if (event.name == "extracted") return extracted(event);
    if (event.name == "catalog-chosen") return catalog_chosen(event);
    if (event.name == "catalog-not-current") return catalog_not_current(event);
    if (event.name.starts_with("environment-") || event.name.starts_with("catalog-"))
      return environment(event);
    if (event.name == "degraded") return named("DEGRADED, lost ", event);
    if (event.name == "still-damaged") return named("cannot be had from the volumes", event);
    if (event.name == "not-repaired") return named("NOT REPAIRED, lost ", event);
    if (event.name == "repaired") return named("ok repaired, lost ", event);
    if (event.name == "left") return "   LEFT AS IT IS, " + event.text("what") + ": " + event.text("why");
    if (event.name == "rung")
      return "   " + event.text("rung") + " (" + event.text("options") + "): " + event.text("answer");
    if (event.name == "salvaged-by-bacula") return by_bacula(event);
    if (event.name == "salvage-damaged") return listed("   NOT READ, OR NOT WHOLE: ", event.list("files"));
    if (event.name == "report-not-left") return "   NOTE: " + event.text("why") + ".";
    if (event.name == "nothing-degraded") return "   ok nothing is degraded, or all is repaired already";
    if (const auto words = salvage_words(event); !words.empty()) return words;
    if (const auto said = report::salvage_sentence(event))
      return (report::is_salvage_trouble(event) ? "   NOTE: " : "   ") + *said + ".";
    return "";
  }

  static std::string by_bacula(const Event& event) {
    const auto volumes = event.list("volumes");
    if (volumes.empty()) return "   ok the newest backup has all that can be read; no volume was added";
    auto text =
        "   ok job " + std::to_string(event.number("job")) + " has " + std::to_string(event.number("files")) +
        " files that are newer than the backup, " + system::human_bytes(event.number("bytes")) + ", and " +
        std::to_string(event.number("deleted")) + " deletions, on the volume " + system::joined(volumes);
    if (const auto kept = event.number("kept-back"); kept > 0)
      text += "\n   NOTE: " + std::to_string(kept) +
              " files that Bacula did not see are not taken for deleted: the tree does not show it";
    return text;
  }

  // The sentences behind it are many, and each begins a line.
  static std::string catalog_chosen(const Event& event) {
    const auto way = event.text("way"), newest = event.text("newest");
    if (way == "environment")
      return "   ok the catalog of the recovery environment knows the newest backup: " + newest;
    auto text = listed("   NOTE: ", event.list("tried"));
    text += (text.empty() ? "" : "\n") + std::string("   ok the catalog is ") +
            (way == "bscan" ? "rebuilt from the volumes by bscan" : "loaded from the newest dump") +
            ", and knows the newest backup: " + newest;
    if (const auto kept = event.text("kept"); !kept.empty()) text += "\n   the former one is kept as " + kept;
    const auto costs = listed("   NOTE: ", event.list("cost"));
    return text + (costs.empty() ? "" : "\n") + costs;
  }

  static std::string catalog_not_current(const Event& event) {
    const auto unknown = event.list("unknown");
    return "   NOTE: no catalog that knows the newest backup could be had. " + event.text("why") + "." +
           (unknown.empty() ? "" : "\n" + listed("   The Director does not know ", unknown)) +
           (event.text("kept").empty() ? ""
                                       : "\n   The former catalog is kept as " + event.text("kept") + ".");
  }

  static std::string environment(const Event& event) {
    if (event.name == "environment-copied")
      return "   copied " + std::to_string(event.number("packages")) +
             " packages: " + std::to_string(event.number("files")) + " files, " +
             system::human_bytes(event.number("bytes"));
    if (event.name == "environment-installed")
      return "   " + event.text("by") + " has installed " + std::to_string(event.number("packages")) +
             " packages of " + event.text("suite") + ", Bacula's as on this machine";
    if (event.name == "environment-unpacked") {
      const auto remarks = listed("   NOTE: ", event.list("remarks"));
      const auto checked = system::joined(event.list("checked"));
      return "   unpacked " + event.text("from") + ": " + std::to_string(event.number("files")) + " files, " +
             system::human_bytes(event.number("bytes")) + (checked.empty() ? "" : "; checked: " + checked) +
             (remarks.empty() ? "" : "\n") + remarks;
    }
    if (event.name == "environment-configured") return listed("   NOTE: ", event.list("remarks"));
    if (event.name == "catalog-copied")
      return "   copied the catalog " + event.text("from") + ", " +
             system::human_bytes(event.number("bytes"));
    if (event.name == "catalog-loaded")
      return "   loaded it into a " + event.text("server") + " of its own: it knows " +
             std::to_string(event.number("backups")) + " good backups";
    if (event.name == "environment-proven")
      return "   ok " + event.text("file") + " of job " + std::to_string(event.number("job")) +
             " came back, with its digest";
    if (event.name == "environment-swapped") return "   " + event.text("path") + " is the new one now";
    return "";
  }

  // Last what counts most: it is what a screen still shows.
  void diagnosis(const Event& event) {
    line(listed("   ", event.list("evidence")) + "\n\n");
    line(listed("   because: ", event.list("because")) + "\n");
    const auto archive = event.text("archive");
    line(archive.empty() ? "   NOTE: the evidence is not archived: " + event.text("not-archived") + ".\n"
                         : "   The evidence is kept: " + archive + "\n");
    const auto playbook = event.text("playbook");
    line("\nRECOMMENDED: " + event.text("recommendation") + ".\n" +
         (playbook == "none" ? "" : "   recover --playbook " + playbook + "\n"));
  }

  static std::string typed(const std::vector<std::string>& lines) {
    std::string text;
    for (const auto& typed : lines)
      text += (text.empty() ? "   $ " : "     ") + system::printable(typed) + "\n";
    return text;
  }

  static std::string check(const Event& event) {
    const auto answer = event.text("answer");
    const std::string mark = answer == "holds" ? "   ok " : answer == "fails" ? "   NO " : "   ?  ";
    return mark + event.text("check") + ": " + event.text("evidence");
  }

  static std::string listed(const std::string& before, const std::vector<std::string>& things) {
    std::string text;
    for (const auto& thing : things) text += (text.empty() ? "" : "\n") + before + thing;
    return text;
  }

  static std::string proven(const Event& event) {
    return "   ok proven, " + event.text("depth") + ": " + std::to_string(event.list("volumes").size()) +
           " volume(s), " + std::to_string(event.number("ranges")) + " range(s), " +
           std::to_string(event.number("blocks")) + " blocks read, " +
           system::human_bytes(event.number("bytes"));
  }

  static std::string not_proven(const Event& event) {
    auto text = listed("   NOT PROVEN: ", event.list("problems"));
    const auto names = event.list("names");
    if (!names.empty()) text += "\n" + listed("   would be missing or damaged: ", names);
    const auto more = event.number("missing") - static_cast<std::int64_t>(names.size());
    return text + (more > 0 ? "\n   and " + std::to_string(more) + " more files" : "");
  }

  static std::string efi_entry(const Event& event) {
    const auto removed = event.list("removed").size();
    return "   wrote the boot entry \"" + event.text("label") + "\", " + event.text("loader") +
           (removed == 0 ? "" : "; removed " + std::to_string(removed) + " stale duplicate(s) of it");
  }

  // "STATUS NAME" each.
  static std::string volumes_held(const Event& event) {
    const auto volumes = event.list("volumes");
    return volumes.empty() ? "   they are read-only already"
                           : "   until a new backup has verified they are read-only; they were " +
                                 system::joined(volumes);
  }

  static std::string extracted(const Event& event) {
    std::string text = "   bextract says: " + std::to_string(event.number("files")) + " files";
    for (const auto& error : event.list("errors")) text += "\n   bextract says: " + error;
    return text;
  }

  static std::string named(const std::string& what, const Event& event) {
    std::string text;
    for (const auto& name : event.list("files"))
      text += (text.empty() ? "" : "\n") + ("   " + what + event.text("lost") + ": " + name);
    return text;
  }

  void progress(const Event& event) {
    const auto now = Clock::now();
    const auto text = "   " + meter_.line(event);
    const auto line = one_line(text + "  " + event.text("current"), screen_.width - 1);
    if (screen_.live) {
      print(line, "\r");
      on_progress_line_ = true;
    } else if (now - last_plain_ > between_plain_lines) {
      last_plain_ = now;
      print(line.substr(0, line.find_last_not_of(' ') + 1) + "\n");
    }
  }

  void line(const std::string& text) { say_unwrapped(wrap(text, screen_.width - 1, 5)); }

  // In a pipe or a file no line can be taken back.
  static constexpr auto between_plain_lines = std::chrono::seconds(5);

  Screen screen_;
  bool on_progress_line_ = false;
  Clock::time_point last_plain_{};
  Meter meter_;
  std::map<std::string, std::string> shown_;
};

}  // namespace

std::unique_ptr<Reporter> text_reporter() {
  return text_reporter({system::line_can_be_rewritten(), system::terminal_width()});
}
std::unique_ptr<Reporter> text_reporter(Screen screen) {
  return std::make_unique<TextReporter>(screen);
}
std::unique_ptr<Reporter> json_reporter() {
  return std::make_unique<JsonReporter>();
}

}  // namespace recover
