// Proves the jobs that a restore would need: each file on the volumes as the catalog has it, each digest
// recomputed from the data. The newest always; those before it when their last proof is too old.
#pragma once

#include "recover/bacula/job_facts.hpp"
#include "recover/verify/context.hpp"

namespace recover::verify {

void prove_chain(const Context& context, const std::vector<bacula::JobRecord>& chain, RecordWriter& record);

}  // namespace recover::verify
