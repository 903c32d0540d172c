#include "recover/bacula/salvage_messages.hpp"

#include <array>
#include <string_view>

namespace recover::bacula {
namespace {

struct Phrase {
  std::string_view before, after;  // of the path
};

constexpr std::array<Phrase, 8> phrases{{{"Could not stat \"", "\": ERR="},
                                         {"Could not access \"", "\": ERR="},
                                         {"Could not follow link \"", "\": ERR="},
                                         {"Could not open directory \"", "\": ERR="},
                                         {"Cannot open \"", "\": ERR="},
                                         {"Cannot open resource fork for \"", "\": ERR="},
                                         {"Read error on file ", ". ERR="},
                                         {"error on file \"", "\": ERR="}}};

}  // namespace

std::map<std::string, std::string> unreadable_files(const std::string& messages) {
  std::map<std::string, std::string> found;
  for (const auto& phrase : phrases)
    for (std::size_t at = 0; (at = messages.find(phrase.before, at)) != std::string::npos;) {
      at += phrase.before.size();
      const auto end = messages.find(phrase.after, at);
      if (end == std::string::npos) break;
      auto path = messages.substr(at, end - at);
      // Of another phrase's end: what has a name is one of the filesystem's.
      if (!path.starts_with('/')) continue;
      while (path.size() > 1 && path.ends_with('/')) path.pop_back();
      const auto begin = end + phrase.after.size();
      found.emplace(std::move(path), messages.substr(begin, messages.find('\n', begin) - begin));
      at = begin;
    }
  return found;
}

}  // namespace recover::bacula
