#include "recover/salvage/sizes.hpp"

#include <algorithm>
#include <filesystem>

#include "recover/error.hpp"
#include "recover/system/files.hpp"
#include "recover/system/mount.hpp"
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

void Sizes::add(const std::string& path, std::int64_t bytes, bool certain) {
  auto& directory = directories_[two_deep(path)];
  ++directory.files;
  directory.bytes += bytes;
  ++files_;
  bytes_ += bytes;
  if (!certain) return;
  ++certain_files_;
  certain_bytes_ += bytes;
}

std::vector<DirectorySize> Sizes::largest() const {
  std::vector<DirectorySize> all;
  for (const auto& [path, size] : directories_) all.push_back({path, size.files, size.bytes});
  std::stable_sort(all.begin(), all.end(), [](const auto& a, const auto& b) { return a.bytes > b.bytes; });
  return all;
}

void Sizes::no_room(const std::string& directory, const Totals& taken, const Room& room) const {
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
    problem += ": " + std::to_string(certain_files_) + " files of " + human_bytes(certain_bytes_);
  if (files_ > certain_files_)
    problem += ", and of " + std::to_string(files_ - certain_files_) + " more of " +
               human_bytes(bytes_ - certain_bytes_) + " those whose content is another than the backup's";
  problem += (files_ > 0 ? "; " : ": ") + human_bytes(room.free) + " are free, of which " +
             human_bytes(room.kept) + " are kept for the journal and for Bacula";
  if (taken.taken > 0)
    problem +=
        "; " + std::to_string(taken.taken) + " files of " + human_bytes(taken.bytes) + " have been salvaged";
  throw Failed(problem,
               "Make room there, or leave something out: give the step salvage-files in a copy of "
               "the playbook the parameter left-out with directories" +
                   (words.empty() ? "" : "; the largest are " + words) +
                   ". Then run the same command again: it goes on where it was");
}

std::int64_t kept_free_of(const std::string& directory) {
  constexpr std::int64_t most = 512 << 20, part = 20;
  std::string there = directory;
  while (there.size() > 1 && !system::exists(there)) there = std::filesystem::path(there).parent_path();
  return std::min(most, system::total_bytes(there) / part);
}

}  // namespace recover::salvage
