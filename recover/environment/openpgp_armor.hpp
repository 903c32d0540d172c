// OpenPGP's keys in either of their forms: gpgv and debootstrap want the bytes, and many keyrings come in
// armor (RFC 4880, 6.2).
#pragma once

#include <string>
#include <string_view>

namespace recover::environment {

// The bytes of all blocks in armor, one behind the other; a file without any is bytes already. What is
// damaged gives other bytes: who reads them as keys refuses them.
std::string without_armor(std::string_view file);

}  // namespace recover::environment
