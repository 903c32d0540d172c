#include <zlib.h>

#include <array>

#include "recover/bacula/unpack.hpp"
#include "recover/error.hpp"

namespace recover::bacula {

namespace {

// A File Daemon reads at most 1 MB at once (see unpack_lzo.cpp); zeros pack to a thousandth, and each byte
// costs time.
constexpr std::size_t most_unpacked = 16 * 1024 * 1024;

}  // namespace

struct Inflater::State {
  z_stream stream{};
  std::size_t unpacked = 0;  // of this record
  std::array<char, 128 * 1024> out{};
};

Inflater::Inflater() : state_(std::make_unique<State>()) {
  if (::inflateInit(&state_->stream) != Z_OK) {
    throw Failed("There is no memory to unpack a backup", "Free some, then run the same command again");
  }
}

Inflater::~Inflater() {
  ::inflateEnd(&state_->stream);
}

void Inflater::begin() {
  ::inflateReset(&state_->stream);
  state_->unpacked = 0;
  ended_ = false;
}

bool Inflater::add(std::string_view part, const UnpackedSink& sink) {
  auto& stream = state_->stream;
  // zlib does not write to what it reads.
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(part.data()));
  stream.avail_in = static_cast<uInt>(part.size());
  bool full = true;  // what did not fit into `out` may still be inside
  while (stream.avail_in > 0 || full) {
    if (ended_) return stream.avail_in == 0;
    stream.next_out = reinterpret_cast<Bytef*>(state_->out.data());
    stream.avail_out = static_cast<uInt>(state_->out.size());
    const int answer = ::inflate(&stream, Z_NO_FLUSH);
    // Z_BUF_ERROR: there was nothing left to do.
    if (answer != Z_OK && answer != Z_STREAM_END && answer != Z_BUF_ERROR) return false;
    const std::size_t got = state_->out.size() - stream.avail_out;
    state_->unpacked += got;
    if (state_->unpacked > most_unpacked) return false;
    if (got > 0) sink({state_->out.data(), got});
    full = stream.avail_out == 0;
    ended_ = answer == Z_STREAM_END;
    if (answer == Z_BUF_ERROR) break;
  }
  return true;
}

}  // namespace recover::bacula
