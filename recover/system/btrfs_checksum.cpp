// SHA-256 is OpenSSL's. The others are written out: OpenSSL 3.0 has no BLAKE2b of 256 bits, and a library for
// a page of arithmetic would be one more that a rescue system must have.
#include "recover/system/btrfs_checksum.hpp"

#include <openssl/evp.h>

#include <algorithm>
#include <array>
#include <bit>

namespace recover::system {
namespace {

std::uint64_t little(std::string_view bytes, std::size_t at, std::size_t count) {
  std::uint64_t number = 0;
  for (std::size_t i = count; i-- > 0;) number = number << 8 | static_cast<unsigned char>(bytes[at + i]);
  return number;
}

std::string as_bytes(std::uint64_t number, int count) {
  std::string bytes;
  for (int i = 0; i < count; ++i) bytes += static_cast<char>(number >> 8 * i);
  return bytes;
}

// RFC 3720, B.4: the polynomial of Castagnoli, bits reflected, begun and ended with all bits inverted.
std::uint32_t crc32c(std::string_view bytes) {
  std::uint32_t sum = 0xffffffff;
  for (const char byte : bytes) {
    sum ^= static_cast<unsigned char>(byte);
    for (int bit = 0; bit < 8; ++bit) sum = sum >> 1 ^ (sum & 1 ? 0x82f63b78 : 0);
  }
  return ~sum;
}

// XXH64 with seed 0: "xxHash fast digest algorithm", XXH64 algorithm description.
std::uint64_t xxh64(std::string_view bytes) {
  constexpr std::uint64_t p1 = 0x9e3779b185ebca87, p2 = 0xc2b2ae3d27d4eb4f, p3 = 0x165667b19e3779f9,
                          p4 = 0x85ebca77c2b2ae63, p5 = 0x27d4eb2f165667c5;
  const auto round = [](std::uint64_t lane, std::uint64_t input) {
    return std::rotl(lane + input * p2, 31) * p1;
  };
  std::size_t at = 0;
  std::uint64_t sum = p5;
  if (bytes.size() >= 32) {
    std::array<std::uint64_t, 4> lanes{p1 + p2, p2, 0, std::uint64_t{0} - p1};
    for (; at + 32 <= bytes.size(); at += 32)
      for (std::size_t i = 0; i < 4; ++i) lanes[i] = round(lanes[i], little(bytes, at + 8 * i, 8));
    sum = std::rotl(lanes[0], 1) + std::rotl(lanes[1], 7) + std::rotl(lanes[2], 12) + std::rotl(lanes[3], 18);
    for (const auto lane : lanes) sum = (sum ^ round(0, lane)) * p1 + p4;
  }
  sum += bytes.size();
  for (; at + 8 <= bytes.size(); at += 8) sum = std::rotl(sum ^ round(0, little(bytes, at, 8)), 27) * p1 + p4;
  for (; at + 4 <= bytes.size(); at += 4) sum = std::rotl(sum ^ little(bytes, at, 4) * p1, 23) * p2 + p3;
  for (; at < bytes.size(); ++at) sum = std::rotl(sum ^ little(bytes, at, 1) * p5, 11) * p1;
  sum = (sum ^ sum >> 33) * p2;
  sum = (sum ^ sum >> 29) * p3;
  return sum ^ sum >> 32;
}

// RFC 7693, without a key, 32 bytes long.
class Blake2b {
 public:
  std::string digest(std::string_view bytes) {
    state_[0] ^= 0x01010000 ^ 32;
    std::size_t at = 0;
    for (; bytes.size() - at > 128; at += 128) compress(bytes.substr(at, 128), at + 128, false);
    std::string last(bytes.substr(at));
    last.resize(128);
    compress(last, bytes.size(), true);
    std::string digest;
    for (std::size_t i = 0; i < 4; ++i) digest += as_bytes(state_[i], 8);
    return digest;
  }

 private:
  using Words = std::array<std::uint64_t, 16>;
  static constexpr std::array<std::uint64_t, 8> iv{0x6a09e667f3bcc908, 0xbb67ae8584caa73b, 0x3c6ef372fe94f82b,
                                                   0xa54ff53a5f1d36f1, 0x510e527fade682d1, 0x9b05688c2b3e6c1f,
                                                   0x1f83d9abfb41bd6b, 0x5be0cd19137e2179};
  // Which word of the block is mixed in when, a hexadecimal digit each.
  static constexpr std::array<std::string_view, 10> sigma{
      "0123456789abcdef", "ea489fd61c02b753", "b8c052fdae367194", "7931dcbe265a40f8", "905724afe1bc683d",
      "2c6a0b834d75fe19", "c51fed4a0763928b", "db7ec13950f4862a", "6fe9b308c2d714a5", "a2847615fb9e3cd0"};

  static std::size_t digit(char hexadecimal) {
    return static_cast<std::size_t>(hexadecimal <= '9' ? hexadecimal - '0' : hexadecimal - 'a' + 10);
  }

  static void mix(Words& v, std::array<std::size_t, 4> at, std::uint64_t x, std::uint64_t y) {
    auto &a = v[at[0]], &b = v[at[1]], &c = v[at[2]], &d = v[at[3]];
    a += b + x;
    d = std::rotr(d ^ a, 32);
    c += d;
    b = std::rotr(b ^ c, 24);
    a += b + y;
    d = std::rotr(d ^ a, 16);
    c += d;
    b = std::rotr(b ^ c, 63);
  }

  void compress(std::string_view block, std::size_t count, bool last) {
    Words m{}, v{};
    for (std::size_t i = 0; i < m.size(); ++i) m[i] = little(block, 8 * i, 8);
    std::copy(state_.begin(), state_.end(), v.begin());
    std::copy(iv.begin(), iv.end(), v.begin() + 8);
    v[12] ^= count;
    if (last) v[14] = ~v[14];
    for (std::size_t round = 0; round < 12; ++round) {
      const auto order = sigma[round % sigma.size()];
      for (std::size_t i = 0; i < 4; ++i)
        mix(v, {i, i + 4, i + 8, i + 12}, m[digit(order[2 * i])], m[digit(order[2 * i + 1])]);
      for (std::size_t i = 0; i < 4; ++i)
        mix(v, {i, (i + 1) % 4 + 4, (i + 2) % 4 + 8, (i + 3) % 4 + 12}, m[digit(order[2 * i + 8])],
            m[digit(order[2 * i + 9])]);
    }
    for (std::size_t i = 0; i < state_.size(); ++i) state_[i] ^= v[i] ^ v[i + 8];
  }

  std::array<std::uint64_t, 8> state_ = iv;
};

std::string sha256(std::string_view bytes) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned int size = 0;
  EVP_Digest(bytes.data(), bytes.size(), digest.data(), &size, EVP_sha256(), nullptr);
  return std::string(reinterpret_cast<const char*>(digest.data()), size);
}

}  // namespace

std::string checksum_name(std::uint64_t type) {
  static constexpr std::array<const char*, 4> names{"crc32c", "xxhash", "sha256", "blake2"};
  return type < names.size() ? names[type] : "";
}

std::string btrfs_checksum(std::uint64_t type, std::string_view bytes) {
  if (type == 0) return as_bytes(crc32c(bytes), 4);
  if (type == 1) return as_bytes(xxh64(bytes), 8);
  if (type == 2) return sha256(bytes);
  if (type == 3) return Blake2b().digest(bytes);
  return "";
}

}  // namespace recover::system
