// recover verify-backup, in order: what must hold before, canaries, the backup job, its proof from the
// volumes and the catalog, the canaries restored, what lies outside of the root.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "recover/bacula/job_facts.hpp"
#include "recover/verify/context.hpp"

namespace recover::verify {

// The job that was proven; nothing when something did not hold: the findings say what. What was found is on
// record afterwards. Throws Interrupted, after cancelling what was started.
std::optional<bacula::JobRecord> verify_backup(const Context& context);

}  // namespace recover::verify
