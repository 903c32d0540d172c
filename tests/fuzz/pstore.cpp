// Names of crash records and their text, divided by 0x1E: name, text, name, text; all of it as the kernel's
// log, and as what smartctl and btrfs say.
#include "recover/diagnose/pstore.hpp"

#include "recover/diagnose/kernel_words.hpp"
#include "recover/diagnose/smart.hpp"
#include "recover/diagnose/tools.hpp"
#include "recover/system/kernel_records.hpp"
#include "tests/fuzz/target.hpp"

void recover::fuzz::try_input(std::string_view input) {
  const auto words = parts(input);
  std::vector<diagnosis::CrashPart> crash;
  for (std::size_t i = 0; i + 1 < words.size(); i += 2)
    if (auto part = diagnosis::part_of_name(words[i])) {
      part->text = std::string(words[i + 1]);
      crash.push_back(std::move(*part));
    }
  const auto count = crash.size();
  std::size_t files = 0;
  for (const auto& record : diagnosis::records_of(crash)) {
    require(!record.files.empty(), "a record comes from files");
    files += record.files.size();
  }
  require(files <= count, "no part is told twice");
  std::vector<std::string> lines;
  for (const auto line : parts(input, '\n')) lines.emplace_back(line);
  const auto found = diagnosis::words_about(lines, {"sda", "sda2"}, true, "kernel");
  require(found.size() <= lines.size(), "a line is told once");
  if (const auto message = system::kernel_message(input))
    require(message->find('\n') == message->npos, "a message is one line");
  (void)diagnosis::health_of("/dev/sda", input);
  (void)diagnosis::counters_of(input);
  (void)diagnosis::check_of(input, 1);
  require(diagnosis::logs_of(input).size() <= 1000, "the logs that are followed are bounded");
}
