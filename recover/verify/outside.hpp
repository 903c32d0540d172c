// What a recovery would look for outside of the machine's own root: the bootstrap file, a copy of the
// catalog; and how old the oldest backup is that it would still need.
#pragma once

#include <string>

#include "recover/bacula/job_facts.hpp"
#include "recover/check.hpp"
#include "recover/verify/context.hpp"

namespace recover::verify {

// Whether the bootstrap file of the profile is on the storage volume, which is mounted there, and tells of
// that job. Throws Error when it cannot be read.
Answer bootstrap_tells_of(const Profile& profile, const std::string& storage, const bacula::JobRecord& job);

// Where a copy of the catalog should be, outside of the root; empty: nobody has said it.
std::string catalog_copy(const Profile& profile, const std::string& storage);
// Whether there is one. `path` as that gives it.
Answer catalog_copy_is_there(const std::string& path);

void look_outside(const Context& context, const std::vector<bacula::JobRecord>& chain);

}  // namespace recover::verify
