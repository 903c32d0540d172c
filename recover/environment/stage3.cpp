#include "recover/environment/stage3.hpp"

#include <algorithm>
#include <charconv>
#include <sstream>

#include "recover/environment/package_database.hpp"
#include "recover/system/text.hpp"

namespace recover::environment {
namespace {

constexpr std::size_t hostile_shown = 5;

// The next word, off the beginning.
std::string_view take_word(std::string_view& text) {
  text.remove_prefix(std::min(text.find_first_not_of(' '), text.size()));
  const auto word = text.substr(0, text.find(' '));
  text.remove_prefix(word.size());
  return word;
}

// "./usr/bin/", "usr/bin": "/usr/bin".
std::string place_of(std::string_view name) {
  if (name.starts_with("./")) name.remove_prefix(2);
  if (name == ".") name.remove_prefix(1);
  while (name.ends_with('/')) name.remove_suffix(1);
  return "/" + std::string(name);
}

bool leads_out(std::string_view name) {
  return name.starts_with('/') || ("/" + std::string(name) + "/").find("/../") != std::string::npos;
}

std::int64_t number(std::string_view text) {
  std::int64_t value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return std::max<std::int64_t>(value, 0);
}

std::vector<std::string> tar(const char* operation) {
  std::vector<std::string> argv{
      "tar", operation, "--verbose", "--numeric-owner", "--quoting-style=escape", "--anchored"};
  for (const auto& tree : left_out_trees())
    for (const auto& from : {"." + tree, tree.substr(1)}) argv.push_back("--exclude=" + from + "/*");
  return argv;
}

std::string last_name(const std::string& path) {
  return path.substr(path.rfind('/') + 1);
}

}  // namespace

std::vector<std::string> stage3_list_command(const std::string& tarball) {
  // With what is left out: its names are looked at too.
  return {"tar", "--list", "--verbose", "--numeric-owner", "--quoting-style=escape", "--file=" + tarball};
}

std::vector<std::string> stage3_unpack_command(const std::string& tarball, const std::string& to) {
  auto argv = tar("--extract");
  for (const auto* word :
       {"--preserve-permissions", "--same-owner", "--acls", "--xattrs", "--xattrs-include=*.*"})
    argv.emplace_back(word);
  argv.push_back("--directory=" + to);
  argv.push_back("--file=" + tarball);
  return argv;
}

std::vector<std::string> stage3_programs(const std::string& tarball) {
  std::vector<std::string> programs{"tar", "ldconfig"};
  const std::pair<const char*, const char*> by_name[] = {
      {".xz", "xz"}, {".zst", "zstd"}, {".bz2", "bzip2"}, {".gz", "gzip"}};
  for (const auto& [end, program] : by_name)
    if (tarball.ends_with(end)) programs.emplace_back(program);
  return programs;
}

void Stage3Reader::add(std::string_view piece) {
  rest_ += piece;
  std::size_t begin = 0;
  for (auto end = rest_.find('\n'); end != std::string::npos; end = rest_.find('\n', begin)) {
    line(std::string_view(rest_).substr(begin, end - begin));
    begin = end + 1;
  }
  rest_.erase(0, begin);
}

const Stage3Listing& Stage3Reader::end() {
  if (!rest_.empty()) line(rest_);
  rest_.clear();
  return listing_;
}

// "-rw-r--r-- 0/0   1234 2026-01-04 12:00 ./etc/os-release"; a link has " -> TEXT" behind it, a hard link
// " link to NAME", a device "1,3" in the place of the size. Blanks in names stay blanks.
void Stage3Reader::line(std::string_view text) {
  constexpr std::int64_t block = 4096, most = std::int64_t{1} << 60;  // a listing may lie
  const auto mode = take_word(text);
  take_word(text);
  const auto size = take_word(text);
  take_word(text);
  take_word(text);
  if (mode.empty() || text.size() < 2) return;
  auto name = text.substr(1);
  std::string_view target;
  if (mode.front() == 'l') {
    name = name.substr(0, name.find(" -> "));
  } else if (mode.front() == 'h') {
    const std::string_view between = " link to ";
    if (const auto at = name.find(between); at != std::string_view::npos) {
      target = name.substr(at + between.size());
      name = name.substr(0, at);
    }
  }
  for (const auto one : {name, target})
    if (leads_out(one) && listing_.hostile.size() < hostile_shown) listing_.hostile.emplace_back(one);
  const auto place = place_of(name);
  if (place.starts_with("/var/db/pkg/")) listing_.has_packages = true;
  if (place == "/bin/bash" || place == "/usr/bin/bash") listing_.has_shell = true;
  if (is_left_out(place)) return;
  ++listing_.entries;
  const auto bytes = mode.front() == '-' ? (std::min(number(size), most) + block - 1) / block * block : block;
  listing_.bytes = std::min(listing_.bytes + bytes, most);
}

std::vector<std::string> checksum_files(const std::string& tarball) {
  std::vector<std::string> files;
  for (const auto* end : {".sha256", ".DIGESTS", ".sha512", ".DIGESTS.asc", ".sha256sum", ".sha512sum"})
    files.push_back(tarball + end);
  return files;
}

std::optional<Checksum> find_checksum(std::string_view text, std::string_view name) {
  std::istringstream lines{std::string(text)};
  std::string kind;
  for (std::string line; std::getline(lines, line);) {
    std::istringstream stream(line);
    std::string first, second, third;
    stream >> first >> second >> third;
    if (first == "#" && third == "HASH") {
      kind = system::lower(second);
      continue;
    }
    if (second.starts_with('*')) second.erase(0, 1);  // sha256sum --binary
    const bool is_hash =
        !first.empty() && first.find_first_not_of("0123456789abcdefABCDEF") == std::string::npos;
    if (!is_hash || last_name(second) != name) continue;
    using bacula::DigestKind;
    constexpr std::size_t of_sha256 = 64, of_sha512 = 128;
    if (first.size() == of_sha256 && (kind.empty() || kind == "sha256"))
      return Checksum{DigestKind::sha256, system::lower(first)};
    if (first.size() == of_sha512 && (kind.empty() || kind == "sha512"))
      return Checksum{DigestKind::sha512, system::lower(first)};
  }
  return std::nullopt;
}

std::string hexadecimal(std::string_view bytes) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string text;
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    text += digits[byte >> 4];
    text += digits[byte & 0xF];
  }
  return text;
}

const std::vector<std::string>& shape_paths() {
  static const std::vector<std::string> paths{"/bin",   "/sbin",     "/lib",      "/lib32",
                                              "/lib64", "/usr/sbin", "/usr/lib64"};
  return paths;
}

std::vector<std::string> shape_differences(const std::map<std::string, std::string>& machine,
                                           const std::map<std::string, std::string>& tree) {
  std::vector<std::string> clauses;
  for (const auto& path : shape_paths()) {
    const auto here = machine.find(path), there = tree.find(path);
    if (here == machine.end() || there == tree.end() || here->second.empty() || there->second.empty())
      continue;
    if (here->second != there->second)
      clauses.push_back(path + " is " + here->second + " on this machine and " + there->second + " in it");
  }
  return clauses;
}

bool is_newer(std::string_view a, std::string_view b) {
  const auto next = [](std::string_view& text) -> std::int64_t {
    text.remove_prefix(std::min(text.find_first_of("0123456789"), text.size()));
    const auto digits = text.substr(0, text.find_first_not_of("0123456789"));
    text.remove_prefix(digits.size());
    return digits.empty() ? -1 : number(digits);
  };
  for (;;) {
    const auto x = next(a), y = next(b);
    if (x != y) return x > y;
    if (x < 0) return false;
  }
}

}  // namespace recover::environment
