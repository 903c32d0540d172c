// How the list of what is degraded names a file whose name was lost in a damaged block: by its number in the
// backup, so that it can be found once the volume is whole again.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "recover/bacula/locate.hpp"

namespace recover {

// "a file whose name was lost (number 12 of session 3 of 1795313137)"
std::string lost_name(const bacula::FileKey& file);

// Of a text that begins so; nothing when it does not.
std::optional<bacula::FileKey> from_lost_name(std::string_view text);

}  // namespace recover
