// The one question: may these disks be erased? Answered by typing each disk's serial, or by --confirm SERIAL.
// No time-out and no closed input ever means yes.
#pragma once

#include <string>
#include <vector>

#include "recover/facts.hpp"
#include "recover/plan.hpp"
#include "recover/reporter.hpp"

namespace recover::system {
class Keyboard;
}

namespace recover {

// `confirmed`: by --confirm; words about a salvage among them count for nothing here. Throws Refused.
void confirm(const Plan& plan, const Facts& facts, const std::vector<std::string>& confirmed,
             system::Keyboard& keyboard, Reporter& reporter);

}  // namespace recover
