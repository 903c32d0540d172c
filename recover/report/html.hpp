// A report as one HTML file: no script, nothing from elsewhere, readable in a text browser, on a telephone
// and on paper. The timeline is a bar for each step, drawn as SVG beside its duration in words.
#pragma once

#include <string>

#include "recover/report/report.hpp"

namespace recover::report {

std::string to_html(const Report& report);

}  // namespace recover::report
