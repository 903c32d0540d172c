#include "recover/profile_values.hpp"

#include <algorithm>
#include <cctype>
#include <cstring>

#include "recover/system/text.hpp"

namespace recover {

std::string inner_path(TomlTable& table, std::string_view key) {
  auto path = table.text(key);
  if (path.empty() || path.front() == '/' || path.find('\n') != std::string::npos ||
      ("/" + path + "/").find("/../") != std::string::npos)
    table.refuse(key, "\"" + std::string(key) + "\" must be a path that is relative and stays inside",
                 see_formats);
  return path;
}

std::string absolute_path(TomlTable& table, std::string_view key, const std::string& path) {
  if (!path.empty() && (path.front() != '/' || path.find('\n') != std::string::npos ||
                        (path + "/").find("/../") != std::string::npos))
    table.refuse(key, "\"" + std::string(key) + "\" must be an absolute path without ..", see_formats);
  return path;
}

std::string uuid(TomlTable& table) {
  auto text = table.text("uuid");
  const bool plausible =
      text.size() >= 8 && text.find_first_not_of("0123456789abcdefABCDEF-") == std::string::npos;
  if (!plausible) table.refuse("uuid", "\"" + text + "\" is no filesystem UUID", see_formats);
  return text;
}

using system::lower;

std::string long_uuid(TomlTable& table, std::string_view key) {
  auto text = lower(table.text(key));
  bool good = text.size() == 36;
  for (std::size_t at = 0; good && at < text.size(); ++at)
    good = (text[at] == '-') == (at == 8 || at == 13 || at == 18 || at == 23);
  if (text.find_first_not_of("0123456789abcdef-") != std::string::npos) good = false;
  if (!good) table.refuse(key, "\"" + text + "\" is no UUID of a filesystem", see_formats);
  return text;
}

std::string guid(TomlTable& table, std::string_view key) {
  return lower(table.text_or(key, ""));
}

std::string lvm_volume(TomlTable& table, std::string_view key) {
  auto text = table.text_or(key, "");
  const auto slash = text.find('/');
  const bool good =
      text.empty() ||
      (slash != 0 && slash + 1 < text.size() && slash == text.rfind('/') && slash != std::string::npos &&
       text.front() != '-' && std::all_of(text.begin(), text.end(), [](char c) {
         return std::isalnum(static_cast<unsigned char>(c)) || std::strchr("+_.-/", c);
       }));
  if (!good) table.refuse(key, "\"" + text + "\" is no LVM volume; it is written GROUP/VOLUME", see_formats);
  return text;
}

std::string fat_uuid(TomlTable& table) {
  auto text = table.text("uuid");
  std::transform(text.begin(), text.end(), text.begin(), [](unsigned char c) { return std::toupper(c); });
  const bool good =
      text.size() == 9 && text[4] == '-' && text.find_first_not_of("0123456789ABCDEF-") == std::string::npos;
  if (!good) table.refuse("uuid", "\"" + text + "\" is no volume ID of a FAT, like 7A1B-22C3", see_formats);
  return text;
}

std::string word(TomlTable& table, std::string_view key, std::string text) {
  const bool good = !text.empty() && text.front() != '-' && std::all_of(text.begin(), text.end(), [](char c) {
    return std::isalnum(static_cast<unsigned char>(c)) || std::strchr("_.+-", c);
  });
  if (!good)
    table.refuse(key, "\"" + text + "\" is not allowed for \"" + std::string(key) + "\"", see_formats);
  return text;
}

std::string mirror(TomlTable& table, std::string_view key) {
  auto text = table.text(key);
  const bool graphic =
      std::all_of(text.begin(), text.end(), [](unsigned char c) { return std::isgraph(c) != 0; });
  if ((!text.starts_with("http://") && !text.starts_with("https://")) || text.ends_with("//") || !graphic)
    table.refuse(key, "\"" + text + "\" is no mirror", "Write it as \"http://deb.debian.org/debian\"");
  if (text.find('@') != std::string::npos)
    table.refuse(key, "A mirror with a password cannot be used", "Name one that wants none");
  return text;
}

std::string bacula_name(TomlTable& table, std::string_view key) {
  auto name = table.text(key);
  const bool good = !name.empty() && std::all_of(name.begin(), name.end(), [](char c) {
    return std::isalnum(static_cast<unsigned char>(c)) || c == '-' || c == '_' || c == '.' || c == ' ' ||
           c == ':';
  });
  if (!good) table.refuse(key, "\"" + name + "\" cannot be the name of a Bacula resource", see_formats);
  return name;
}

}  // namespace recover
