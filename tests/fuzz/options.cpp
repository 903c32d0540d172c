// A line is a word of the command line.
#include "recover/options.hpp"

#include "tests/fuzz/target.hpp"

void recover::fuzz::try_input(std::string_view input) {
  std::vector<std::string> words{"recover"};
  for (const auto word : parts(input, '\n'))
    words.emplace_back(word.substr(0, word.find('\0')));  // as the kernel gives it
  std::vector<const char*> argv;
  for (const auto& word : words) argv.push_back(word.c_str());
  const auto options = parse_options(static_cast<int>(argv.size()), argv.data());
  require(!options.command.empty(), "there is a command");
}
