// The one question: may these disks be erased? Answered by typing each disk's serial, or by --confirm SERIAL.
// No time-out and no closed input ever means yes.
#pragma once

#include <string>
#include <vector>

#include "recover/facts.hpp"
#include "recover/plan.hpp"
#include "recover/reporter.hpp"

namespace recover::commands {

// Throws Refused. `may_ask`: false when the output is for a program, which would not see the question.
void confirm(const Plan& plan, const Facts& facts, const std::vector<std::string>& given, bool may_ask,
             Reporter& reporter);

}  // namespace recover::commands
