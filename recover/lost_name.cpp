#include "recover/lost_name.hpp"

#include <array>
#include <charconv>

namespace recover {
namespace {

// What stands before each number.
constexpr std::array<std::string_view, 3> before{"a file whose name was lost (number ", " of session ",
                                                 " of "};

}  // namespace

std::string lost_name(const bacula::FileKey& file) {
  return std::string(before[0]) + std::to_string(file.index) + std::string(before[1]) +
         std::to_string(file.session_id) + std::string(before[2]) + std::to_string(file.session_time) + ")";
}

std::optional<bacula::FileKey> from_lost_name(std::string_view text) {
  bacula::FileKey file;
  const auto take = [&](std::string_view words, auto& number) {
    if (!text.starts_with(words)) return false;
    text.remove_prefix(words.size());
    const auto [stopped, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    text.remove_prefix(static_cast<std::size_t>(stopped - text.data()));
    return error == std::errc{};
  };
  const bool whole = take(before[0], file.index) && take(before[1], file.session_id) &&
                     take(before[2], file.session_time) && text.starts_with(")");
  if (!whole) return std::nullopt;
  return file;
}

}  // namespace recover
