// A profile as the text of machine.toml. load_profile() reads the same values back.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "recover/capture/capture.hpp"

namespace recover::capture {

// Guesses stand as comments above their line, what was not found as a comment in its place. `moment`: when it
// was captured, for the heading; empty: none.
std::string profile_text(const Profile& profile, const std::vector<Remark>& remarks,
                         const std::string& moment);

// A TOML string: in single quotes where there are backslashes, as Windows paths and those of UEFI are
// written.
std::string toml_text(std::string_view text);

}  // namespace recover::capture
