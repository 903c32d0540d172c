// How the real runner does TryMkfs: the mkfs of the plan, with its options, on sparse files of the same
// sizes. An option that this mkfs does not know, or a combination that it does not want, is found while the
// old filesystem still stands.
#pragma once

#include "recover/action.hpp"

namespace recover::system {
class Processes;
}

namespace recover {

// Throws Refused with what mkfs said, or when what it made is of another type; Failed when there is no room.
void try_mkfs(system::Processes& processes, const TryMkfs& action);

}  // namespace recover
