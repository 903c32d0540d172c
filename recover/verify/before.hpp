// What must hold before the backup job may run: another job on a wrong catalog, by a wrong clock, of a wrong
// machine would do harm.
#pragma once

#include "recover/verify/context.hpp"

namespace recover::verify {

// Each tells the findings, and returns whether it holds.
bool on_the_machine(const Context& context);      // booted, its own root, its filesystems mounted
bool after_the_recovery(const Context& context);  // what is recovered is complete, and was rebooted
bool clock_goes_forward(const Context& context);
bool right_director(const Context& context);     // and its daemons answer
bool no_other_job_runs(const Context& context);  // of this client; waits for its end
bool catalog_is_current(const Context& context);

}  // namespace recover::verify
