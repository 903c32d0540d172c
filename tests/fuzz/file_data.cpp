// The data of one file, packed or not: each part of the input is a record, its first two bytes the stream.
#include "recover/bacula/file_data.hpp"

#include "tests/fuzz/target.hpp"

void recover::fuzz::try_input(std::string_view input) {
  static const std::vector<int> streams{2, 4, 6, 7, 29, 30, 3, 10, 17, 18, 1999, 1, 5, 40};
  bacula::FileData data;
  data.begin(bacula::DigestKind::sha1);
  while (input.size() >= 4) {
    const auto flags = static_cast<unsigned char>(input[0]);
    const auto stream = streams[static_cast<unsigned char>(input[1]) % streams.size()];
    const std::size_t length = static_cast<std::size_t>(static_cast<unsigned char>(input[2])) << 8 |
                               static_cast<unsigned char>(input[3]);
    input.remove_prefix(4);
    const auto record = input.substr(0, length);
    input.remove_prefix(record.size());
    const bacula::RecordPart part{stream + ((flags & 8) != 0 ? 1 << 11 : 0), record, (flags & 1) == 0,
                                  (flags & 2) == 0, (flags & 4) == 0};
    data.take(part);
    require(data.stored().size() <= 86, "a digest is not longer than the longest");
  }
  require(data.digest(bacula::DigestKind::sha1).size() == 27, "a SHA1 digest has its length");
}
