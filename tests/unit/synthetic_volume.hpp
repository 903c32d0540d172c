// Volumes as a Storage Daemon writes them, made of plain text: labels, blocks, records.
//
//     directory.put("A", label("A") + block(1, attributes(1, "/one") + record(1, 2, "data")));
#pragma once

#include <zlib.h>

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "recover/bacula/bootstrap.hpp"

namespace recover::tests {

constexpr std::uint32_t session_time = 77;

inline std::string number(std::uint32_t value) {
  std::string bytes;
  for (int shift = 24; shift >= 0; shift -= 8) bytes += static_cast<char>(value >> shift & 0xFF);
  return bytes;
}

// One of which `data` is but a part.
inline std::string record(std::int32_t index, std::int32_t stream, std::uint32_t length,
                          const std::string& data) {
  return number(static_cast<std::uint32_t>(index)) + number(static_cast<std::uint32_t>(stream)) +
         number(length) + data;
}
inline std::string record(std::int32_t index, std::int32_t stream, const std::string& data) {
  return record(index, stream, static_cast<std::uint32_t>(data.size()), data);
}
// `text`: the number in it, when it is not the record's: the Storage Daemon that wrote a VirtualFull left it.
inline std::string attributes(std::int32_t index, const std::string& name, int type = 3,
                              const std::string& lstat = "P4A", std::int32_t text = 0) {
  using namespace std::string_literals;
  return record(index, 1,
                std::to_string(text == 0 ? index : text) + " " + std::to_string(type) + " " + name + "\0"s +
                    lstat + "\0\0\0"s);
}

inline std::string block(std::uint32_t session, const std::string& records) {
  const std::string rest = number(static_cast<std::uint32_t>(24 + records.size())) + number(1) + "BB02" +
                           number(session) + number(session_time) + records;
  const auto crc = ::crc32(0, reinterpret_cast<const Bytef*>(rest.data()), static_cast<uInt>(rest.size()));
  return number(static_cast<std::uint32_t>(crc)) + rest;
}

// As `Block Checksum = no` writes it.
inline std::string without_checksum(std::string block) {
  return block.replace(0, 4, 4, '\0');
}

inline std::string label(const std::string& volume, const std::string& id = "Bacula 1.0 immortal\n",
                         std::uint32_t session = 0) {
  using namespace std::string_literals;
  return block(session, record(-2, 0,
                               id + "\0"s + number(11) + std::string(32, '\0') + volume +
                                   "\0\0File\0Backup\0File\0host\0"s));
}

inline bacula::BootstrapRange range(const std::string& volume, std::uint32_t session,
                                    std::vector<bacula::Interval> indexes) {
  bacula::BootstrapRange result;
  result.volume = volume;
  result.session_id = session;
  result.session_time = session_time;
  result.file_indexes = std::move(indexes);
  return result;
}

}  // namespace recover::tests
