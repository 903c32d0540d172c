// What the operator has written into an earlier profile stays when the machine does not say it.
#pragma once

#include <map>
#include <string>

#include "recover/capture/capture.hpp"

namespace recover::capture {

// What was not found now and stands in the profile before is taken from there, and is a guess then.
void keep_answers(const Profile& before, Captured& captured);

// The [notes] of a profile that does not load, for a key that is missing in it. Throws UsageError when it is
// no TOML at all.
std::map<std::string, std::string> notes_of(const std::string& file);

}  // namespace recover::capture
