// What a kernel that crashed has left of its last words: records of pstore, a crash's parts put together in
// the order in which they were said. Names: fs/pstore/inode.c (TYPE-BACKEND-ID, ".enc.z" behind it where the
// kernel could not unpack it); the ID of the EFI backend: drivers/firmware/efi/efi-pstore.c, generic_id();
// that part 1 is the end of the log: pstore_dump() in fs/pstore/platform.c.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace recover::diagnosis {

struct CrashPart {
  std::string name;         // of its file
  std::string backend;      // "efi", "ramoops", "erst"
  std::int64_t time = 0;    // seconds since 1970; 0 where the name does not tell
  std::uint64_t part = 0;   // from 1: the end of the log; 0 where nothing tells
  std::uint64_t count = 0;  // which dump since that kernel was booted
  bool packed = false;      // compressed still
  std::string text = {};    // not where it is packed
  bool operator==(const CrashPart&) const = default;
};

// Of the name of a file in /sys/fs/pstore, or of a variable of the firmware that is such a record
// ("dump-type0-PART-COUNT-TIME-C-GUID"). Nothing when it holds no part of a kernel's log.
std::optional<CrashPart> part_of_name(std::string_view name);

struct CrashRecord {
  std::string name;       // "efi 2026-11-23 04:12:09", or its file's
  std::int64_t time = 0;  // seconds since 1970; 0: not known
  std::string why;        // "Panic", "Oops"; empty: it does not say
  std::string text;       // printable lines, oldest first
  std::vector<std::string> files;
  std::string problem;  // what of it cannot be read: "part 2 is missing"; else empty
};

// The parts of each crash together, the newest crash last. The header of each part ("Panic#1 Part2") is read
// and left out.
std::vector<CrashRecord> records_of(std::vector<CrashPart> parts);

// All that is in the directory, and below it, at most 3 deep and 1000 files. Of one that is not there
// nothing. `header`: bytes before each text (4 in efivarfs).
std::vector<CrashPart> read_parts(const std::string& directory, std::size_t header = 0);

}  // namespace recover::diagnosis
