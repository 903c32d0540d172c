// What makes foreign text harmless, and small parsers of it.
#include "recover/system/text.hpp"

#include <algorithm>

#include "recover/bacula/catalog.hpp"
#include "recover/bacula/lstat.hpp"
#include "recover/duration.hpp"
#include "recover/last_written.hpp"
#include "recover/lost_name.hpp"
#include "recover/reporter.hpp"
#include "recover/system/machine.hpp"
#include "tests/fuzz/target.hpp"

namespace recover::fuzz {
namespace {

bool has_control(std::string_view text) {
  return std::any_of(text.begin(), text.end(), [](unsigned char c) { return c < 0x20 || c == 0x7F; });
}

std::string without_blanks(std::string text) {
  std::erase_if(text, [](char c) { return c == ' ' || c == '\n'; });
  return text;
}

void try_wrap(const std::string& text, int width, int hang) {
  const auto wrapped = wrap(text, width, hang);
  require(without_blanks(wrapped) == without_blanks(text), "wrapping loses no words");
  for (const auto line : parts(wrapped, '\n')) {
    const auto word = line.find_first_not_of(' ');
    const bool several = word != std::string_view::npos && line.find(' ', word) != std::string_view::npos;
    require(line.size() <= static_cast<std::size_t>(width) || !several,
            "only a word is longer than the width");
  }
}

}  // namespace

void try_input(std::string_view input) {
  const std::string text(input);
  const auto shown = system::printable(input);
  require(!has_control(shown), "what is printable has no control characters");
  require(system::from_printable(shown) == text, "and tells what it was made from");
  require(system::harmless(shown) == shown, "and is harmless");
  const auto harmless = system::harmless(input);
  require(system::harmless(harmless) == harmless, "what is harmless stays so");
  require(!has_control(without_blanks(harmless)), "what is harmless has no control characters but newlines");
  for (const int width : {20, 79}) try_wrap(text, width, 5);

  for (const std::string_view secret :
       {"\nPassword = \"hush-hush\"\n", "\ndbpassword=hush-hush Config error"})
    require(text.find("hush-hush") != std::string::npos ||
                system::redact(text + std::string(secret)).find("hush-hush") == std::string::npos,
            "there are no secrets in a redacted text");
  const auto quoted = system::shell_quoted(input);
  require(!quoted.empty(), "a word is typed as something");
  system::edit_distance(input.substr(0, 300), "subvolume");

  answered([&] { bacula::whole_number(input); });
  answered([&] { bacula::parse_lstat(input); });
  RootTreeTimes whole, halves;
  whole.read(input);
  halves.read(input.substr(0, input.size() / 2));
  halves.read(input.substr(input.size() / 2));
  require(whole.newest() == halves.newest(), "where a text is cut does not matter");
  if (const auto duration = parse_duration(text); duration)
    require(duration->count() > 0, "a duration is not nothing");
  if (const auto key = from_lost_name(input); key)
    require(from_lost_name(lost_name(*key)) == key, "a lost name tells who it was");
  if (const auto seconds = system::seconds_of_local_time(text); seconds != 0) system::local_time(seconds);
}

}  // namespace recover::fuzz
