#include "recover/system/efi_load_option.hpp"

#include <algorithm>
#include <cctype>
#include <cstdint>

#include "recover/error.hpp"

namespace recover::system {
namespace {

constexpr std::uint32_t active = 1;  // LOAD_OPTION_ACTIVE

constexpr unsigned media = 4, hard_drive = 1, file_path = 4, end_of_path = 0x7f;
constexpr std::size_t header = 4;            // of a node: type, subtype, length
constexpr std::size_t hard_drive_node = 42;  // its length
constexpr char format_gpt = 2, signature_guid = 2;

// Where the bytes of a GUID stand in its text: the first three fields are little-endian (appendix A).
constexpr std::size_t guid_places[] = {6, 4, 2, 0, 11, 9, 16, 14, 19, 21, 24, 26, 28, 30, 32, 34};

std::uint64_t number(std::string_view bytes, std::size_t at, std::size_t size) {
  std::uint64_t value = 0;
  for (std::size_t i = size; i-- > 0;) value = value << 8 | static_cast<unsigned char>(bytes[at + i]);
  return value;
}

void put_number(std::string& bytes, std::uint64_t value, std::size_t size) {
  for (std::size_t i = 0; i < size; ++i) bytes += static_cast<char>(value >> (8 * i) & 0xff);
}

int digit(char c) {
  const auto lower = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  if (lower >= '0' && lower <= '9') return lower - '0';
  return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

std::string hexadecimal(std::string_view bytes) {
  static const char digits[] = "0123456789abcdef";
  std::string text;
  for (const unsigned char byte : bytes) (text += digits[byte >> 4]) += digits[byte & 15];
  return text;
}

std::string bytes_of_hexadecimal(const std::string& text) {
  std::string bytes;
  for (std::size_t i = 0; i + 1 < text.size(); i += 2) {
    const int high = digit(text[i]), low = digit(text[i + 1]);
    if (high < 0 || low < 0)
      throw Failed("The optional data \"" + text + "\" of a boot entry is not hexadecimal",
                   "Correct efi.data in the profile");
    bytes += static_cast<char>(high << 4 | low);
  }
  return bytes;
}

std::string guid_bytes(const std::string& guid) {
  std::string bytes;
  if (guid.size() == 36)
    for (const auto place : guid_places) {
      const int high = digit(guid[place]), low = digit(guid[place + 1]);
      if (high < 0 || low < 0) break;
      bytes += static_cast<char>(high << 4 | low);
    }
  if (bytes.size() != 16)
    throw Failed("A boot entry needs the GPT partition of the ESP, and \"" + guid + "\" is no partition GUID",
                 "Look at the partition table: lsblk -o NAME,PARTUUID. Firmware finds no loader on a disk "
                 "without a GPT by its partition");
  return bytes;
}

std::string guid_text(std::string_view bytes) {
  std::string text(36, '-');
  const auto digits = hexadecimal(bytes);
  for (std::size_t i = 0; i < 16; ++i) text.replace(guid_places[i], 2, digits, 2 * i, 2);
  return text;
}

void put_utf8(std::string& text, std::uint32_t c) {
  const auto tail = [&](unsigned shift) {
    text += static_cast<char>(0x80 | (c >> shift & 0x3f));
  };
  if (c < 0x80) {
    text += static_cast<char>(c);
  } else if (c < 0x800) {
    text += static_cast<char>(0xc0 | c >> 6);
    tail(0);
  } else if (c < 0x10000) {
    text += static_cast<char>(0xe0 | c >> 12);
    tail(6), tail(0);
  } else {
    text += static_cast<char>(0xf0 | c >> 18);
    tail(12), tail(6), tail(0);
  }
}

// The specification says UCS-2; firmware takes UTF-16 and shows what its font has. Ends at a NUL.
std::string utf8(std::string_view bytes) {
  std::string text;
  for (std::size_t i = 0; i + 2 <= bytes.size(); i += 2) {
    auto c = static_cast<std::uint32_t>(number(bytes, i, 2));
    if (c == 0) break;
    const auto next = i + 4 <= bytes.size() ? static_cast<std::uint32_t>(number(bytes, i + 2, 2)) : 0;
    if (c >= 0xd800 && c < 0xdc00 && next >= 0xdc00 && next < 0xe000) {
      c = 0x10000 + ((c - 0xd800) << 10) + (next - 0xdc00);
      i += 2;
    } else if (c >= 0xd800 && c < 0xe000) {
      c = 0xfffd;  // half a pair is no letter
    }
    put_utf8(text, c);
  }
  return text;
}

// With a NUL at its end. A byte that is no UTF-8 becomes U+FFFD.
std::string utf16(const std::string& text) {
  std::string bytes;
  for (std::size_t i = 0; i < text.size();) {
    const auto first = static_cast<unsigned char>(text[i++]);
    const int more = first < 0x80       ? 0
                     : first >> 5 == 6  ? 1
                     : first >> 4 == 14 ? 2
                     : first >> 3 == 30 ? 3
                                        : -1;
    std::uint32_t c = more < 0 ? 0xfffd : more == 0 ? first : first & (0x3fU >> more);
    for (int left = more; left > 0; --left) {
      if (i >= text.size() || (static_cast<unsigned char>(text[i]) & 0xc0) != 0x80) {
        c = 0xfffd;
        break;
      }
      c = c << 6 | (static_cast<unsigned char>(text[i++]) & 0x3f);
    }
    if (c >= 0x10000) {
      put_number(bytes, 0xd800 + ((c - 0x10000) >> 10 & 0x3ff), 2);
      c = 0xdc00 + (c & 0x3ff);
    }
    put_number(bytes, c, 2);
  }
  put_number(bytes, 0, 2);
  return bytes;
}

std::string node(unsigned type, unsigned subtype, const std::string& content) {
  if (content.size() > 1024)
    throw Failed("The path of the loader is too long for a boot entry", "Correct efi.loader in the profile");
  std::string bytes;
  put_number(bytes, type, 1);
  put_number(bytes, subtype, 1);
  put_number(bytes, header + content.size(), 2);
  return bytes + content;
}

// A path may be spread over several nodes; each begins in the directory of the one before (10.3.5.4).
void append_path(std::string& loader, const std::string& part) {
  if (!loader.empty() && loader.back() != '\\' && !part.starts_with('\\')) loader += '\\';
  loader += part;
}

void read_device_path(std::string_view path, EfiEntry& entry) {
  while (path.size() >= header) {
    const auto type = number(path, 0, 1), subtype = number(path, 1, 1), length = number(path, 2, 2);
    if (type == end_of_path || length < header || length > path.size()) break;
    const auto content = path.substr(header, length - header);
    if (type == media && subtype == hard_drive && length == hard_drive_node && content[36] == format_gpt &&
        content[37] == signature_guid)
      entry.partition = guid_text(content.substr(20, 16));
    if (type == media && subtype == file_path) append_path(entry.loader, utf8(content));
    path.remove_prefix(length);
  }
  if (!entry.loader.empty() && !entry.partition.empty()) return;
  entry.loader.clear();
  entry.partition.clear();
}

}  // namespace

std::string load_option(const EfiEntry& entry, const EfiPartition& partition) {
  auto loader = entry.loader;
  std::replace(loader.begin(), loader.end(), '/', '\\');
  if (!loader.starts_with('\\')) loader.insert(0, 1, '\\');
  std::string drive;
  put_number(drive, static_cast<std::uint64_t>(partition.number), 4);
  put_number(drive, static_cast<std::uint64_t>(partition.start), 8);
  put_number(drive, static_cast<std::uint64_t>(partition.size), 8);
  drive += guid_bytes(partition.guid);
  (drive += format_gpt) += signature_guid;
  const auto path =
      node(media, hard_drive, drive) + node(media, file_path, utf16(loader)) + node(end_of_path, 0xff, "");
  std::string bytes;
  put_number(bytes, entry.active ? active : 0, 4);
  put_number(bytes, path.size(), 2);
  return bytes + utf16(entry.label) + path + bytes_of_hexadecimal(entry.data);
}

std::optional<EfiEntry> read_load_option(std::string_view bytes) {
  constexpr std::size_t fixed = 6;
  if (bytes.size() < fixed + 2) return std::nullopt;
  const auto path_size = number(bytes, 4, 2);
  auto end = fixed;
  while (end + 2 <= bytes.size() && number(bytes, end, 2) != 0) end += 2;
  if (end + 2 > bytes.size()) return std::nullopt;
  const auto path = end + 2;
  if (path_size > bytes.size() - path) return std::nullopt;
  EfiEntry entry;
  entry.active = (number(bytes, 0, 4) & active) != 0;
  entry.label = utf8(bytes.substr(fixed, end - fixed));
  read_device_path(bytes.substr(path, path_size), entry);
  entry.data = hexadecimal(bytes.substr(path + path_size));
  return entry;
}

}  // namespace recover::system
