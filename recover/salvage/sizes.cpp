#include "recover/salvage/sizes.hpp"

#include <algorithm>

#include "recover/error.hpp"
#include "recover/system/text.hpp"

namespace recover::salvage {
namespace {

using system::human_bytes;

// "/var/lib" of "/var/lib/x/y", "/var" of "/var/x".
std::string two_deep(const std::string& path) {
  auto end = path.rfind('/');
  const auto second = path.find('/', 1);
  const auto third = second == std::string::npos ? second : path.find('/', second + 1);
  if (third != std::string::npos) end = third;
  return end == 0 || end == std::string::npos ? "/" : path.substr(0, end);
}

}  // namespace

void Sizes::add(const std::string& path, std::int64_t bytes) {
  auto& directory = directories_[two_deep(path)];
  ++directory.files;
  directory.bytes += bytes;
  ++files_;
  bytes_ += bytes;
}

std::vector<DirectorySize> Sizes::largest() const {
  std::vector<DirectorySize> all;
  for (const auto& [path, size] : directories_) all.push_back({path, size.files, size.bytes});
  std::stable_sort(all.begin(), all.end(), [](const auto& a, const auto& b) { return a.bytes > b.bytes; });
  return all;
}

void Sizes::no_room(const std::string& directory, const Totals& taken, std::int64_t free) const {
  constexpr std::size_t told = 5;
  std::string words;
  for (const auto& size : largest()) {
    if (size.bytes == 0) break;
    words +=
        (words.empty() ? "" : ", ") + system::printable(size.path) + " (" + human_bytes(size.bytes) + ")";
    if (std::count(words.begin(), words.end(), '(') == static_cast<std::ptrdiff_t>(told)) break;
  }
  std::string problem = "There is no room in " + system::printable(directory) + " for what is to be salvaged";
  if (files_ > 0)
    problem += ": " + std::to_string(files_) + " files of " + human_bytes(bytes_) + ", and " +
               human_bytes(free) + " are free";
  if (taken.taken > 0)
    problem +=
        "; " + std::to_string(taken.taken) + " files of " + human_bytes(taken.bytes) + " have been salvaged";
  throw Failed(problem,
               "Make room there, or leave something out: give the step salvage-files in a copy of "
               "the playbook the parameter left-out with directories" +
                   (words.empty() ? "" : "; the largest are " + words) +
                   ". Then run the same command again: it goes on where it was");
}

}  // namespace recover::salvage
