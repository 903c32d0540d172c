// The files that a report is: report.html and report.md, beside the journal that they are made from. They are
// read by people; nothing that recover does depends on them.
//
//     if (const auto problem = report::leave(state_directory); !problem.empty()) reporter.say("NOTE: " +
//     problem);
#pragma once

#include <string>
#include <vector>

#include "recover/event.hpp"

namespace recover::report {

// Whole or not at all, for root alone, as the journal is. `journal`: the path of what the events are from.
// Returns the paths. Throws Failed.
std::vector<std::string> write(const std::vector<Event>& events, const std::string& journal,
                               const std::string& directory);

// The same of the journal in `directory`. Never throws, so that it can stand at the end of whatever else has
// happened: why it could not be done, or nothing.
std::string leave(const std::string& directory) noexcept;

std::string html_path(const std::string& directory);
std::string markdown_path(const std::string& directory);

}  // namespace recover::report
