// A report as Markdown (CommonMark with tables), which reads well as plain text too.
#pragma once

#include <string>

#include "recover/report/report.hpp"

namespace recover::report {

std::string to_markdown(const Report& report);

}  // namespace recover::report
