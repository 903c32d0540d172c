// The forms that values of a profile must have: they end in command lines, mount points and bconsole lines.
// Each reads one key, and throws UsageError at its line and column when the value has another form.
#pragma once

#include <string>
#include <string_view>

#include "recover/toml_file.hpp"

namespace recover {

inline constexpr const char* see_formats = "docs/formats.md describes the profile";

// A path from the root of something, never out of it.
std::string inner_path(TomlTable& table, std::string_view key);
// The path is given: it may be a default.
std::string absolute_path(TomlTable& table, std::string_view key, const std::string& path);

// Of any filesystem, as libblkid prints it: the key "uuid".
std::string uuid(TomlTable& table);
// 8-4-4-4-12 digits, as mkfs.btrfs takes them; in lower case, as libblkid and the kernel print them.
std::string long_uuid(TomlTable& table, std::string_view key);
// Of a FAT: its volume ID as blkid shows it, "7A1B-22C3"; mkfs.vfat takes no other. The key "uuid".
std::string fat_uuid(TomlTable& table);
// In lower case: libblkid prints GUIDs so, other tools in upper case. Empty when it is missing.
std::string guid(TomlTable& table, std::string_view key);

// "group/volume", or empty when it is missing.
std::string lvm_volume(TomlTable& table, std::string_view key);
// A program's name, or what follows it: must not be taken for an option or a path. The text is given: it may
// be a default.
std::string word(TomlTable& table, std::string_view key, std::string text);
// Where packages are fetched from: "http://deb.debian.org/debian". Without a password: it would be seen by
// whoever lists processes.
std::string mirror(TomlTable& table, std::string_view key);
// In a bconsole line a quote or a newline would begin another command.
std::string bacula_name(TomlTable& table, std::string_view key);

}  // namespace recover
