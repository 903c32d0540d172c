#include "recover/bacula/file_index.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <functional>

#include "recover/error.hpp"
#include "recover/system/answers.hpp"
#include "recover/system/files.hpp"

namespace recover::bacula {
namespace {

[[noreturn]] void unreadable(const std::string& path, int error) {
  throw Failed("The file list " + path + " cannot be read: " + system::answer(error),
               system::remedy_for(error, path));
}

std::uint64_t hash_of(const std::string& name) {
  return std::hash<std::string>{}(name);
}

}  // namespace

FileIndex::FileIndex(const std::string& path) {
  const system::Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  struct stat status {};
  if (!file || ::fstat(file.get(), &status) != 0) unreadable(path, errno);
  // Once through by those who say what is wrong with it, and where.
  std::size_t count = 0;
  read_file_list(path, [&](const ListedFile&) { ++count; });
  if (count == 0) return;
  const auto size = static_cast<std::size_t>(status.st_size);
  void* const mapped = ::mmap(nullptr, size, PROT_READ, MAP_PRIVATE, file.get(), 0);
  if (mapped == MAP_FAILED) unreadable(path, errno);
  text_ = {static_cast<const char*>(mapped), size};
  places_.reserve(count);
  ListedFile listed;
  for (std::uint64_t offset = 0; offset < text_.size();) {
    const auto line = line_at(offset);
    if (parse_listed(line, listed)) places_.push_back({hash_of(listed.name), offset});
    offset += line.size() + 1;
  }
  std::sort(places_.begin(), places_.end(), [](const Place& a, const Place& b) { return a.name < b.name; });
}

FileIndex::~FileIndex() {
  if (!text_.empty()) ::munmap(const_cast<char*>(text_.data()), text_.size());
}

std::string_view FileIndex::line_at(std::uint64_t offset) const {
  return text_.substr(offset, text_.find('\n', offset) - offset);
}

bool FileIndex::find(const std::string& name, ListedFile& file) const {
  const auto hash = hash_of(name);
  auto place = std::lower_bound(places_.begin(), places_.end(), hash,
                                [](const Place& a, std::uint64_t value) { return a.name < value; });
  // Two names may have one hash.
  for (; place != places_.end() && place->name == hash; ++place)
    if (parse_listed(line_at(place->offset), file) && file.name == name) return true;
  return false;
}

}  // namespace recover::bacula
