// Where a step's bar is on the timeline of all runs.
#pragma once

#include "recover/report/report.hpp"

namespace recover::report {

// In ten thousandths of the whole width. Never so narrow that it cannot be seen, never beyond the end.
struct Bar {
  int from = 0, width = 0;
};

Bar bar_of(const Attempt& attempt, const Report& report, int least);

}  // namespace recover::report
