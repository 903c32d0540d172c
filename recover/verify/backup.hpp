// Runs the real backup job, and believes nothing but the catalog.
#pragma once

#include <optional>

#include "recover/bacula/job_facts.hpp"
#include "recover/verify/context.hpp"

namespace recover::verify {

// `full`: begins a new chain. Nothing when it did not end as it should: the findings say why.
std::optional<bacula::JobRecord> back_up(const Context& context, bool full, std::int64_t canaries);

// Every place has its canaries in the job, and where none may be written, files in the chain.
void cover(const Context& context, const bacula::JobRecord& job, const std::vector<std::int64_t>& chain,
           const std::vector<Canary>& canaries);

}  // namespace recover::verify
