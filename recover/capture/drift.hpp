// What has changed on a machine since its profile was captured.
#pragma once

#include <string>
#include <vector>

#include "recover/capture/capture.hpp"

namespace recover::capture {

// Sentences without a full stop, each beginning with the part of the profile. `now` is concluded with `was`
// as the profile before. Not told: snapshots, which come and go; the firmware's entries that are not the
// machine's own; the operator's notes.
std::vector<std::string> find_drift(const Profile& was, const Captured& now);

// Of what a recovery needs, the remarks on what the machine does not say now. Parts that `was` has not either
// are none: a machine may boot by nothing that recover knows.
std::vector<Remark> not_found(const Profile& was, const Captured& now);

}  // namespace recover::capture
