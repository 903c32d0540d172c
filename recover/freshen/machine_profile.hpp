// The profile on the storage volume: whether it is as the machine is, and its new text when it is not. What
// `recover capture --check` finds decides, and what `recover capture --to-storage` would write is written.
// Only where nobody looks on, a machine that is not well must not pass for what it should be.
#pragma once

#include <string>

#include "recover/capture/sight.hpp"
#include "recover/freshen/piece.hpp"
#include "recover/profile.hpp"

namespace recover::freshen {

struct ProfileWanted {
  Piece piece;
  std::string text;  // to be written with capture::write_profile(); empty: nothing is
};

// `file`: on the storage volume. `own`: what the run was started with, perhaps that file itself; where
// there is none on the storage volume it stands in for it. `moment`: for the heading. Throws Refused when the
// file is another machine's profile.
ProfileWanted renew_profile(const capture::Sight& sight, const std::string& file, const Profile& own,
                            const std::string& moment);

}  // namespace recover::freshen
