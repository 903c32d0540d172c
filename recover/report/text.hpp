// Words of a journal, made fit for a report.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace recover::report {

// One line: redacted once more, control characters and what is no UTF-8 as \ooo, newlines as blanks, cut when
// it is endless.
std::string shown(std::string_view text);

// "1 file", "2 files".
std::string counted(std::int64_t number, const std::string& thing);

// "under 1 s": a journal's times are whole seconds.
std::string took(std::int64_t seconds);

}  // namespace recover::report
