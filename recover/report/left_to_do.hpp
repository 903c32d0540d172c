// What is left to do, as tasks in their order. Whether anything is left at all only the gate says.
#pragma once

#include <string>
#include <vector>

#include "recover/journal_state.hpp"
#include "recover/report/report.hpp"

namespace recover::report {

// `remedy`: of what ended the last run, may be empty.
std::vector<Task> left_to_do(const JournalState& state, const std::string& remedy);

}  // namespace recover::report
