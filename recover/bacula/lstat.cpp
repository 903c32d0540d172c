#include "recover/bacula/lstat.hpp"

#include <array>
#include <string>

#include "recover/error.hpp"
#include "recover/system/text.hpp"

namespace recover::bacula {
namespace {

constexpr std::string_view digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

constexpr std::array<int, 256> make_values() {
  std::array<int, 256> values{};
  for (auto& value : values) value = -1;
  for (std::size_t i = 0; i < digits.size(); ++i) {
    values[static_cast<unsigned char>(digits[i])] = static_cast<int>(i);
  }
  return values;
}
constexpr auto values = make_values();

[[noreturn]] void rubbish(std::string_view text) {
  throw Failed(
      "The stat packet \"" + system::printable(text.substr(0, 200)) + "\" of a backed-up file cannot be read",
      "The catalog or the volume that it comes from is damaged: run `recover check`, and see the Bacula "
      "manual on dbcheck");
}

// A number as Bacula writes it: big-endian digits of six bits, a minus before a negative one.
std::uint64_t number(std::string_view field, std::string_view whole) {
  const bool negative = !field.empty() && field.front() == '-';
  if (negative) field.remove_prefix(1);
  // 64 bits are at most eleven digits of six.
  if (field.empty() || field.size() > 11) rubbish(whole);
  std::uint64_t value = 0;
  for (char c : field) {
    const int digit = values[static_cast<unsigned char>(c)];
    if (digit < 0 || (value >> 58) != 0) rubbish(whole);
    value = value << 6 | static_cast<std::uint64_t>(digit);
  }
  return negative ? 0 - value : value;
}

}  // namespace

Lstat parse_lstat(std::string_view text) {
  // Older Bacula wrote fewer fields at the end; everything up to ctime has been there for ever.
  std::array<std::uint64_t, 16> fields{};
  std::size_t count = 0;
  for (std::string_view rest = text; !rest.empty();) {
    const std::size_t end = std::min(rest.find(' '), rest.size());
    if (end > 0) {
      if (count < fields.size()) fields[count] = number(rest.substr(0, end), text);
      ++count;
    }
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  if (count < 13) rubbish(text);
  Lstat stat;
  stat.dev = fields[0];
  stat.ino = fields[1];
  stat.mode = fields[2];
  stat.nlink = fields[3];
  stat.uid = fields[4];
  stat.gid = fields[5];
  stat.rdev = fields[6];
  stat.size = fields[7];
  stat.blocks = fields[9];
  stat.mtime = static_cast<std::int64_t>(fields[11]);
  stat.ctime = static_cast<std::int64_t>(fields[12]);
  stat.link_index = static_cast<std::int64_t>(fields[13]);
  return stat;
}

}  // namespace recover::bacula
