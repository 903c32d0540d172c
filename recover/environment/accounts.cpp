#include "recover/environment/accounts.hpp"

#include <set>
#include <sstream>

namespace recover::environment {
namespace {

// "bacula:x:112:118::/var/lib/bacula:/usr/sbin/nologin": bacula. Empty: the line is no account's.
std::string name_of(const std::string& line) {
  const auto colon = line.find(':');
  return colon == std::string::npos ? "" : line.substr(0, colon);
}

}  // namespace

std::string merged_accounts(std::string_view machine, std::string_view tree) {
  std::set<std::string> known;
  std::string text, line;
  for (std::istringstream lines{std::string(machine)}; std::getline(lines, line);) {
    known.insert(name_of(line));
    text += line + "\n";
  }
  for (std::istringstream lines{std::string(tree)}; std::getline(lines, line);)
    if (const auto name = name_of(line); !name.empty() && known.insert(name).second) text += line + "\n";
  return text;
}

}  // namespace recover::environment
