// Hashes of names that others have chosen: two of them with one hash can be made for any hash that is known
// beforehand, and so they stand for a name only with a key that nobody knows.
#pragma once

#include <cstdint>
#include <functional>
#include <string_view>

namespace recover::system {

struct HashKey {
  std::uint64_t low = 0, high = 0;
};

// SipHash-2-4 with a result of 128 bits (Aumasson and Bernstein, 2012).
struct KeyedHash {
  std::uint64_t low = 0, high = 0;
  bool operator==(const KeyedHash&) const = default;
};
KeyedHash keyed_hash(std::string_view text, const HashKey& key);
// With a key of this process: good for a table in memory, and for nothing that is kept. Throws Failed when
// the kernel gives no random bytes.
KeyedHash keyed_hash(std::string_view text);

}  // namespace recover::system

template <>
struct std::hash<recover::system::KeyedHash> {
  std::size_t operator()(const recover::system::KeyedHash& of) const noexcept { return of.low; }
};
