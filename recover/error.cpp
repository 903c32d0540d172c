#include "recover/error.hpp"

#include <utility>

namespace recover {

Error::Error(Exit exit, std::string problem, std::string remedy)
    : exit_(exit), problem_(std::move(problem)), remedy_(std::move(remedy)) {
  rebuild();
}

void Error::add_context(std::string_view context) {
  problem_ = "While " + std::string(context) + ": " + problem_;
  rebuild();
}

void Error::add_evidence(std::string_view evidence) {
  problem_ += ". " + std::string(evidence);
  rebuild();
}

void Error::add_aftermath(std::string aftermath) {
  aftermath_.push_back(std::move(aftermath));
  rebuild();
}

void Error::rebuild() {
  const auto sentence = [](const std::string& words) {
    return words.empty() || words.back() == '?' || words.back() == '.' ? words : words + ".";
  };
  text_ = sentence(problem_);
  if (!remedy_.empty()) text_ += "\n" + sentence(remedy_);
  for (const auto& line : aftermath_) text_ += "\nAnd while cleaning up: " + line;
}

Interrupted::Interrupted(std::string problem)
    : Error(Exit::interrupted, std::move(problem),
            "Continue with the same command and --resume; nothing that is proven done will be done again") {}

}  // namespace recover
