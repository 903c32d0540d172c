#include "recover/capture/before.hpp"

#include "recover/capture/answers.hpp"
#include "recover/error.hpp"
#include "recover/system/files.hpp"

namespace recover::capture {
namespace {

constexpr mode_t own_eyes_only = 0600;

bool is_of_this_machine(const Profile& profile, const Sight& sight) {
  return profile.filesystem.uuid_to_make() == sight.root.uuid || profile.name == sight.host_name ||
         (!sight.machine_id.empty() && profile.machine_id == sight.machine_id);
}

}  // namespace

std::vector<std::string> Before::read(const std::string& file) {
  if (file.empty() || !system::exists(file)) return {};
  std::vector<std::string> told;
  try {
    auto profile = load_profile(file);
    if (!is_of_this_machine(profile, sight_))
      throw Refused(file + " is the profile of another machine, \"" + profile.name + "\"",
                    "Give another file with -o, or move it away");
    if (!before_) before_ = std::move(profile);
  } catch (const UsageError& error) {
    told.push_back(file + " does not load, so only its notes are kept: " + error.problem() + ".");
    try {
      notes_ = notes_of(file);
    } catch (const UsageError&) {
      told.emplace_back("not even its notes can be read.");
    }
  }
  return told;
}

Captured Before::conclude() const {
  auto captured = capture::conclude(sight_, profile());
  if (before_) keep_answers(*before_, captured);
  captured.profile.notes.insert(notes_.begin(), notes_.end());
  return captured;
}

bool write_profile(const std::string& file, const std::string& text, bool loads) {
  const bool replaces = system::exists(file);
  if (replaces) system::copy_file(file, file + ".old", own_eyes_only);
  system::write_file(file, text, own_eyes_only);
  if (loads) {
    try {
      load_profile(file);
    } catch (const UsageError& error) {
      throw Failed("The profile " + file + " was written, but does not load: " + error.problem(),
                   "Correct that line by hand, and report this as a fault of recover");
    }
  }
  return replaces;
}

}  // namespace recover::capture
