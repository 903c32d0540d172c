// SHA-256, by OpenSSL.
#pragma once

#include <string>
#include <string_view>

namespace recover {

// 64 hexadecimal digits, lower case.
std::string sha256(std::string_view bytes);

}  // namespace recover
