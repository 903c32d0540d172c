#include "recover/verify/canary.hpp"

#include <sys/random.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstring>

#include "recover/error.hpp"
#include "recover/system/files.hpp"
#include "recover/system/text.hpp"
#include "recover/verify/canary_directory.hpp"

namespace recover::verify {
namespace {

constexpr const char* standing = "standing";
constexpr const char* fresh = "fresh-";
constexpr std::string_view written_key = "written ";
constexpr std::size_t random_bytes = 512;

std::string random_hex(std::size_t bytes) {
  std::string raw(bytes, '\0');
  // Up to 256 bytes are given at once, getrandom(2).
  for (std::size_t at = 0; at < raw.size();) {
    const auto got = ::getrandom(raw.data() + at, std::min<std::size_t>(256, raw.size() - at), 0);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0)
      throw Failed(std::string("The kernel gives no random bytes: ") + std::strerror(errno),
                   "Linux 3.17 or newer is needed");
    at += static_cast<std::size_t>(got);
  }
  std::string hex;
  for (const char byte : raw)
    for (const int shift : {4, 0})
      hex += "0123456789abcdef"[(static_cast<unsigned char>(byte) >> shift) & 15];
  return hex;
}

std::string content_of(const Place& place, const Identity& identity) {
  std::string text =
      "A canary of \"recover verify-backup\". It may be deleted; the next one makes a new one.\n";
  text += "machine " + identity.machine + " " + identity.machine_id + "\n";
  text += "root " + identity.filesystem + "\n";
  text += "place " + place.path + " (" + place.what + " of " + place.uuid + ")\n";
  text += std::string(written_key) + std::to_string(identity.now) + " " + identity.time + "\n";
  text += "boot " + identity.boot_id + "\n";
  text += "random " + random_hex(random_bytes) + "\n";
  return text;
}

std::int64_t written(const std::string& text) {
  const auto at = text.find("\n" + std::string(written_key));
  if (at == std::string::npos) return 0;
  std::int64_t seconds = 0;
  std::from_chars(text.data() + at + 1 + written_key.size(), text.data() + text.size(), seconds);
  return seconds;
}

}  // namespace

std::vector<Canary> write_canaries(const std::vector<Place>& places, const Identity& identity) {
  std::vector<Canary> canaries;
  for (const auto& place : places) {
    if (place.read_only) continue;
    const auto directory = CanaryDirectory::make(place.path);
    directory.remove_all(fresh);
    for (const auto& name : {std::string(standing), fresh + random_hex(4)}) {
      canaries.push_back({place.path, directory.path() + "/" + name, content_of(place, identity)});
      directory.write(name, canaries.back().content);
    }
  }
  return canaries;
}

std::int64_t last_written(const std::vector<Place>& places) {
  std::int64_t latest = 0;
  for (const auto& place : places)
    latest = std::max(latest, written(CanaryDirectory::find(place.path).read(standing)));
  return latest;
}

std::string differs(const Canary& canary, const std::string& scratch) {
  const auto path = scratch + canary.path;
  if (!system::exists(path)) return system::printable(canary.path) + " did not come back";
  if (system::read_file_or(path, "") != canary.content)
    return system::printable(canary.path) + " came back with another content";
  return "";
}

}  // namespace recover::verify
