// Events of a journal as sentences of a report.
#pragma once

#include <optional>
#include <string>

#include "recover/event.hpp"

namespace recover::report {

// What is worth telling besides the steps; nothing of any other event.
std::optional<std::string> what_was_done(const Event& event);
// The same of what went wrong, by itself or for good.
std::optional<std::string> what_went_wrong(const Event& event);
// Of "backup-proven".
std::string proof_sentence(const Event& event);
// "the ACL of 3 files"; of "data" and "file", "3 files, damaged" and "3 files, missing or different".
std::string loss_words(const std::string& lost, std::size_t count);

}  // namespace recover::report
