#include "recover/bacula/text_numbers.hpp"

#include "recover/bacula/lstat.hpp"

namespace recover::bacula {

void TextNumbers::add(const VolumeFile& file) {
  // Without a name it has no number either; that of a deleted file means none.
  if (file.text_index == 0 || file.type == file_type::deleted) return;
  if (shifted_from_ == 0) {
    if (file.text_index == file.index) return;
    shifted_from_ = file.index;
  }
  // No hard link means a file with but one name (src/findlib/find_one.c). A damaged one's is not to be
  // trusted.
  if (file.damage.empty() && parse_lstat(file.lstat).nlink < 2) return;
  shifted_[file.text_index] = file.index;
}

std::int32_t TextNumbers::index_of(std::int64_t number) const {
  const auto found = shifted_.find(number);
  if (found != shifted_.end()) return found->second;
  const bool same = number > 0 && number <= INT32_MAX && (shifted_from_ == 0 || number < shifted_from_);
  return same ? static_cast<std::int32_t>(number) : 0;
}

}  // namespace recover::bacula
