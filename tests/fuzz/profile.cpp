#include "recover/profile.hpp"

#include "recover/capture/answers.hpp"
#include "recover/capture/profile_text.hpp"
#include "tests/fuzz/target.hpp"

void recover::fuzz::try_input(std::string_view input) {
  static const MemoryFile file, written;
  file.hold(input);
  answered([] { capture::notes_of(file.path()); });
  const auto profile = load_profile(file.path());
  require(profile.text == input, "a profile keeps its text: the plan's hash is made of it");
  substitutions(profile);
  const auto text = capture::profile_text(profile, {}, "");
  written.hold(text);
  try {
    const auto again = load_profile(written.path());
    require(substitutions(again) == substitutions(profile), "the text of a profile tells the same");
    require(capture::profile_text(again, {}, "") == text, "and gives the same text again");
  } catch (const Error& error) {
    std::fprintf(stderr, "%s\n%s\n", text.c_str(), error.what());
    require(false, "the text of a profile can be loaded");
  }
}
