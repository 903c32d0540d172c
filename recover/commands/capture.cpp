// recover capture: reads the healthy machine and writes its profile; with --check FILE, compares.
#include "recover/capture/capture.hpp"

#include <cerrno>
#include <cstdio>
#include <cstring>

#include "recover/capture/before.hpp"
#include "recover/capture/drift.hpp"
#include "recover/capture/look.hpp"
#include "recover/capture/profile_text.hpp"
#include "recover/commands/commands.hpp"
#include "recover/system/machine.hpp"
#include "recover/system/text.hpp"

namespace recover::commands {
namespace {

using capture::Captured;

void print(const std::string& text) {
  if (std::fwrite(text.data(), 1, text.size(), stdout) != text.size() || std::fflush(stdout) != 0)
    throw Failed(std::string("Could not write the profile to standard output: ") + std::strerror(errno),
                 "Give a file: recover capture -o machine.toml");
}

class Capture {
 public:
  Capture(const Options& options, Reporter& reporter) : options_(options), reporter_(reporter) {}

  Exit run() {
    read_before(options_.output);
    auto captured = before_.conclude();
    const auto on_storage = captured.storage_mount.empty() ? "" : captured.storage_mount + "/machine.toml";
    if (before_.profile() == nullptr || options_.to_storage) read_before(on_storage);
    captured = before_.conclude();
    report(captured);
    const auto text = profile_text(captured.profile, captured.remarks, system::local_time(system::now()));
    if (!options_.output.empty()) {
      write(options_.output, text, captured.complete());
    } else {
      reporter_.observe_silently(Event("profile").with("file", "").with("text", text));
      if (!options_.json) print(text);
    }
    if (options_.to_storage) {
      if (on_storage.empty())
        throw Failed("The storage volume was not found, so the profile could not be written to it",
                     "Mount it where Bacula's Archive Device is, by its root directory, and capture again");
      // The same file twice would lose the one before.
      if (on_storage != options_.output) write(on_storage, text, captured.complete());
    }
    if (captured.complete()) return Exit::finished;
    tell(
        "What is marked \"not found\" is needed for a recovery: write it into the profile by hand, or "
        "correct the machine and capture again.");
    return Exit::degraded;
  }

 private:
  // Standard output may be the profile itself.
  void tell(const std::string& text) const {
    if (!options_.json) std::fputs(system::harmless(wrap(text, 79, 5)).c_str(), stderr);
  }

  void read_before(const std::string& file) {
    for (const auto& note : before_.read(file)) tell("note: " + note);
  }

  void report(const Captured& captured) {
    for (const auto& remark : captured.remarks) {
      const auto kind = to_string(remark.kind);
      reporter_.observe_silently(
          Event("remark").with("kind", kind).with("key", remark.key).with("text", remark.text));
      tell(kind + ": " + system::printable(remark.key) + ": " + remark.text + ".");
    }
  }

  void write(const std::string& file, const std::string& text, bool complete) {
    // What was not found is named by the loader too, and was told already.
    const bool replaces = capture::write_profile(file, text, complete);
    reporter_.observe_silently(Event("profile").with("file", file).with("text", text));
    tell("Written: " + file + (replaces ? ". What was there is " + file + ".old now." : "."));
  }

  const Options& options_;
  Reporter& reporter_;
  capture::Sight sight_ = capture::look();
  capture::Before before_{sight_};
};

Exit compare(const Options& options, Reporter& reporter) {
  const auto was = load_profile(options.compare);
  const auto drifts = find_drift(was, conclude(capture::look(), &was));
  for (const auto& drift : drifts) {
    reporter.observe_silently(Event("drift").with("text", drift));
    reporter.say(drift + ".");
  }
  if (drifts.empty()) {
    reporter.say("The machine is as " + options.compare + " says.");
    return Exit::finished;
  }
  reporter.say("\n" + std::to_string(drifts.size()) + " difference(s) from " + options.compare +
               ". If the machine is right, capture it anew: recover capture -o " +
               system::shell_quoted(options.compare));
  return Exit::degraded;
}

}  // namespace

Exit capture(const Options& options, Reporter& reporter) {
  if (!system::running_as_root())
    throw Refused("capture reads disks and Bacula's configuration, and you are not root",
                  "Start it as root: sudo recover capture");
  if (!options.compare.empty()) return compare(options, reporter);
  return Capture(options, reporter).run();
}

}  // namespace recover::commands
