#include "recover/environment/openpgp_armor.hpp"

#include <cstdint>
#include <sstream>

namespace recover::environment {
namespace {

std::string decode_base64(const std::string& text) {
  constexpr std::string_view letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string bytes;
  std::uint32_t bits = 0;
  int count = 0;
  for (const char letter : text) {
    const auto value = letters.find(letter);
    if (value == std::string_view::npos) continue;  // padding, a carriage return
    bits = bits << 6 | static_cast<std::uint32_t>(value);
    count += 6;
    if (count < 8) continue;
    count -= 8;
    bytes += static_cast<char>(bits >> count & 0xFF);
  }
  return bytes;
}

}  // namespace

std::string without_armor(std::string_view file) {
  if (file.find("-----BEGIN PGP") == std::string_view::npos) return std::string(file);
  enum class At { outside, headers, body } at = At::outside;
  std::string bytes, block;
  std::istringstream lines{std::string(file)};
  for (std::string line; std::getline(lines, line);) {
    const bool is_empty = line.find_first_not_of(" \t\r") == std::string::npos;
    if (line.starts_with("-----BEGIN PGP")) {
      at = At::headers;
      block.clear();
    } else if (line.starts_with("-----END PGP")) {
      bytes += decode_base64(block);
      block.clear();
      at = At::outside;
    } else if (at == At::headers && is_empty) {
      at = At::body;
    } else if (at == At::body && !line.starts_with('=')) {  // a checksum begins with it
      block += line;
    }
  }
  return bytes;
}

}  // namespace recover::environment
