#include "recover/diagnose/pstore.hpp"

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <set>
#include <tuple>

#include "recover/system/files.hpp"
#include "recover/system/machine.hpp"
#include "recover/system/text.hpp"

namespace recover::diagnosis {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view packed_end = ".enc.z", compressed_end = ".enc";

std::optional<std::uint64_t> number_of(std::string_view text) {
  std::uint64_t number = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), number);
  if (text.empty() || read.ec != std::errc() || read.ptr != text.data() + text.size()) return std::nullopt;
  return number;
}

// Up to the next hyphen, which is taken away with it.
std::string_view next_word(std::string_view& rest) {
  const auto end = rest.find('-');
  const auto word = rest.substr(0, end);
  rest.remove_prefix(end == rest.npos ? rest.size() : end + 1);
  return word;
}

std::int64_t signed_time(std::uint64_t seconds) {
  return static_cast<std::int64_t>(std::min<std::uint64_t>(seconds, 1ULL << 40));
}

// "dump-type0-1-2-1655000000-C-cfc8fc79-...": type 0 is the kernel's log (include/linux/pstore.h).
std::optional<CrashPart> of_variable(std::string_view name) {
  CrashPart part{std::string(name), "efi"};
  auto rest = name.substr(std::string_view("dump-type0-").size());
  const auto number = number_of(next_word(rest)), count = number_of(next_word(rest)),
             time = number_of(next_word(rest));
  if (!number || !count || !time) return std::nullopt;
  part.part = *number;
  part.count = *count;
  part.time = signed_time(*time);
  part.packed = rest.starts_with("C-") || rest == "C";
  return part;
}

// "Panic#1 Part2": why#count Partn. True when the line was one.
bool read_header(CrashPart& part, std::string& why) {
  auto text = std::string_view(part.text);
  // ramoops has a line of its own before it: "====1655000000.123456-D".
  if (text.starts_with("====")) {
    const auto end = text.find('\n');
    auto line = text.substr(4, end == text.npos ? end : end - 4);
    if (const auto time = number_of(line.substr(0, line.find('.'))); time && part.time == 0)
      part.time = signed_time(*time);
    text.remove_prefix(end == text.npos ? text.size() : end + 1);
  }
  const auto end = text.find('\n');
  const auto line = text.substr(0, end);
  const auto hash = line.find('#'), word = line.find(" Part");
  if (end == text.npos || hash == line.npos || word == line.npos || word < hash || hash > 20) return false;
  const auto count = number_of(line.substr(hash + 1, word - hash - 1)),
             number = number_of(line.substr(word + 5));
  if (!count || !number) return false;
  why = system::printable(line.substr(0, hash));
  part.count = *count;
  part.part = *number;
  part.text = std::string(text.substr(end + 1));
  return true;
}

std::string lines_of(std::string_view text) {
  std::string lines;
  while (!text.empty()) {
    const auto end = text.find('\n');
    lines += system::printable(text.substr(0, end)) + "\n";
    text.remove_prefix(end == text.npos ? text.size() : end + 1);
  }
  return lines;
}

// The clock is read anew for each part.
constexpr std::int64_t longest_dump = 60;

bool goes_on(const CrashPart& before, const CrashPart& part) {
  return part.part > 0 && before.part > 0 && part.backend == before.backend && part.count == before.count &&
         part.time - before.time <= longest_dump && part.part > before.part;
}

struct Told {
  CrashPart part;
  std::string why;
};

CrashRecord put_together(const std::vector<Told>& parts) {
  CrashRecord record;
  std::vector<std::string> problems;
  std::uint64_t expected = 1;
  for (const auto& [part, why] : parts) {
    for (; part.part > expected && expected < 100; ++expected)
      problems.push_back("part " + std::to_string(expected) + " is missing");
    expected = part.part + 1;
    record.files.push_back(system::printable(part.name));
    if (record.why.empty()) record.why = why;
    if (record.time == 0) record.time = part.time;
    if (part.packed)
      problems.push_back(system::printable(part.name) +
                         " is compressed still: this kernel could not unpack it");
    record.text = lines_of(part.text) + record.text;
  }
  const auto& first = parts.front().part;
  record.name = first.time > 0 ? system::printable(first.backend) + " " + system::local_time(first.time)
                               : system::printable(first.name);
  record.problem = system::joined(problems, "; ");
  return record;
}

}  // namespace

std::optional<CrashPart> part_of_name(std::string_view name) {
  if (name.starts_with("dump-type0-")) return of_variable(name);
  if (!name.starts_with("dmesg-")) return std::nullopt;
  CrashPart part{std::string(name), ""};
  auto rest = name.substr(6);
  for (const auto end : {packed_end, compressed_end})
    if (!part.packed && rest.ends_with(end)) {
      part.packed = true;
      rest.remove_suffix(end.size());
    }
  const auto hyphen = rest.rfind('-');
  if (hyphen == rest.npos) return std::nullopt;
  const auto id = number_of(rest.substr(hyphen + 1));
  if (!id || hyphen == 0) return std::nullopt;
  part.backend = std::string(rest.substr(0, hyphen));
  if (part.backend == "efi" || part.backend == "efi_pstore") {
    part.backend = "efi";
    part.count = *id % 1000;
    part.part = *id / 1000 % 100;
    part.time = signed_time(*id / 100000);
  }
  return part;
}

std::vector<CrashRecord> records_of(std::vector<CrashPart> parts) {
  std::vector<Told> told;
  std::set<std::tuple<std::string, std::int64_t, std::uint64_t, std::uint64_t>> seen;
  for (auto& part : parts) {
    // The firmware's variables and pstore show the same. The name tells the number, where it can, more surely
    // than a text that is there in part.
    const bool named = part.part > 0;
    if (named && !seen.emplace(part.backend, part.time, part.count, part.part).second) continue;
    const auto name = part;
    std::string why;
    if (read_header(part, why) && named) {
      part.part = name.part;
      part.count = name.count;
      part.time = name.time;
    }
    told.push_back({std::move(part), std::move(why)});
  }
  const auto order = [](const Told& each) {
    const auto& part = each.part;
    return std::tie(part.backend, part.count, part.time, part.part, part.name);
  };
  std::sort(told.begin(), told.end(), [&](const auto& a, const auto& b) { return order(a) < order(b); });
  std::vector<CrashRecord> records;
  std::vector<Told> together;
  for (auto& each : told) {
    if (!together.empty() && !goes_on(together.back().part, each.part)) {
      records.push_back(put_together(together));
      together.clear();
    }
    together.push_back(std::move(each));
  }
  if (!together.empty()) records.push_back(put_together(together));
  std::stable_sort(records.begin(), records.end(),
                   [](const auto& a, const auto& b) { return a.time < b.time; });
  return records;
}

std::vector<CrashPart> read_parts(const std::string& directory, std::size_t header) {
  std::vector<CrashPart> parts;
  std::error_code unreadable;
  fs::recursive_directory_iterator all(directory, fs::directory_options::skip_permission_denied, unreadable);
  for (; !unreadable && all != fs::recursive_directory_iterator() && parts.size() < 1000;
       all.increment(unreadable)) {
    if (all.depth() >= 3) all.disable_recursion_pending();
    auto part = part_of_name(all->path().filename().string());
    if (!part) continue;
    if (!part->packed) {
      part->text = system::read_file_or(all->path().string(), "");
      part->text.erase(0, std::min(header, part->text.size()));
    }
    parts.push_back(std::move(*part));
  }
  // Of no order in a directory: so that the same is read twice.
  std::sort(parts.begin(), parts.end(), [](const auto& a, const auto& b) { return a.name < b.name; });
  return parts;
}

}  // namespace recover::diagnosis
