#include <lzo/lzo1x.h>

#include "recover/bacula/unpack.hpp"

namespace recover::bacula {
namespace {

// A File Daemon reads as much at once as its Maximum Network Buffer Size says: 64 KiB, at most 1 MB.
constexpr std::size_t first_room = 128 * 1024;
constexpr std::size_t most_room = 16 * 1024 * 1024;

}  // namespace

bool unpack_lzo(std::string_view packed, std::string& room, std::string_view& unpacked) {
  static const bool usable = lzo_init() == LZO_E_OK;
  if (!usable) return false;
  if (room.size() < first_room) room.resize(first_room);
  while (true) {
    lzo_uint length = room.size();
    const int answer =
        ::lzo1x_decompress_safe(reinterpret_cast<const unsigned char*>(packed.data()), packed.size(),
                                reinterpret_cast<unsigned char*>(room.data()), &length, nullptr);
    if (answer == LZO_E_OK) {
      unpacked = std::string_view(room).substr(0, length);
      return true;
    }
    // Nothing tells beforehand how long it is.
    if (answer != LZO_E_OUTPUT_OVERRUN || room.size() >= most_room) return false;
    room.resize(room.size() * 4);
  }
}

}  // namespace recover::bacula
