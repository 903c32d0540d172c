#include "recover/report/bar.hpp"

#include <algorithm>
#include <cmath>

namespace recover::report {

Bar bar_of(const Attempt& attempt, const Report& report, int least) {
  constexpr int whole = 10000;
  const auto share = [&](std::int64_t seconds) {
    if (report.work <= 0) return 0;
    const auto part = static_cast<double>(seconds) / static_cast<double>(report.work);
    return static_cast<int>(std::lround(std::clamp(part, 0.0, 1.0) * whole));
  };
  Bar bar{share(attempt.offset), 0};
  bar.from = std::min(bar.from, whole - least);
  bar.width = std::clamp(share(attempt.seconds), least, whole - bar.from);
  return bar;
}

}  // namespace recover::report
