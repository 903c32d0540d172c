#include "recover/system/keyed_hash.hpp"

#include <sys/random.h>

#include <array>
#include <bit>
#include <cerrno>
#include <cstddef>

#include "recover/error.hpp"
#include "recover/system/answers.hpp"

namespace recover::system {
namespace {

using State = std::array<std::uint64_t, 4>;

// The names and constants are those of the paper.
void sip_rounds(State& v, int count) {
  for (int i = 0; i < count; ++i) {
    v[0] += v[1];
    v[1] = std::rotl(v[1], 13) ^ v[0];
    v[0] = std::rotl(v[0], 32);
    v[2] += v[3];
    v[3] = std::rotl(v[3], 16) ^ v[2];
    v[0] += v[3];
    v[3] = std::rotl(v[3], 21) ^ v[0];
    v[2] += v[1];
    v[1] = std::rotl(v[1], 17) ^ v[2];
    v[2] = std::rotl(v[2], 32);
  }
}

std::uint64_t word_at(std::string_view text, std::size_t at, std::size_t bytes) {
  std::uint64_t word = 0;
  for (std::size_t i = 0; i < bytes; ++i)
    word |= std::uint64_t{static_cast<unsigned char>(text[at + i])} << (8 * i);
  return word;
}

HashKey random_key() {
  HashKey key;
  for (;;) {
    const auto got = ::getrandom(&key, sizeof key, 0);
    if (got == static_cast<ssize_t>(sizeof key)) return key;
    if (got < 0 && errno != EINTR)
      throw Failed("The kernel gives no random bytes: " + answer(errno), "Look at the kernel's log");
  }
}

}  // namespace

KeyedHash keyed_hash(std::string_view text, const HashKey& key) {
  State v{0x736f6d6570736575 ^ key.low, 0x646f72616e646f6d ^ key.high ^ 0xee, 0x6c7967656e657261 ^ key.low,
          0x7465646279746573 ^ key.high};
  const auto whole = text.size() / 8 * 8;
  const auto take = [&](std::uint64_t word) {
    v[3] ^= word;
    sip_rounds(v, 2);
    v[0] ^= word;
  };
  for (std::size_t at = 0; at < whole; at += 8) take(word_at(text, at, 8));
  take(word_at(text, whole, text.size() - whole) | std::uint64_t{text.size()} << 56);
  const auto end = [&] {
    sip_rounds(v, 4);
    return v[0] ^ v[1] ^ v[2] ^ v[3];
  };
  KeyedHash hash;
  v[2] ^= 0xee;
  hash.low = end();
  v[1] ^= 0xdd;
  hash.high = end();
  return hash;
}

KeyedHash keyed_hash(std::string_view text) {
  static const HashKey key = random_key();
  return keyed_hash(text, key);
}

}  // namespace recover::system
