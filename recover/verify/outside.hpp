// What a recovery would look for outside of the machine's own root: the bootstrap file, a copy of the
// catalog; and how old the oldest backup is that it would still need.
#pragma once

#include "recover/bacula/job_facts.hpp"
#include "recover/verify/context.hpp"

namespace recover::verify {

void look_outside(const Context& context, const std::vector<bacula::JobRecord>& chain);

}  // namespace recover::verify
