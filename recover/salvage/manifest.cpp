#include "recover/salvage/manifest.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <cstdio>
#include <cstdlib>
#include <memory>

#include "recover/error.hpp"
#include "recover/event.hpp"
#include "recover/system/answers.hpp"
#include "recover/system/text.hpp"

namespace recover::salvage {
namespace {

constexpr std::string_view line_name = "salvage";
constexpr std::array<std::string_view, 6> kinds = {"file",   "directory", "symlink",
                                                   "device", "fifo",      "socket"};
constexpr std::array<std::string_view, 3> furthers = {"", "older", "part"};
constexpr std::array<std::pair<Provenance, std::string_view>, 4> provenances = {{
    {Provenance::clean, "clean"},
    {Provenance::unchecked, "unchecked"},
    {Provenance::older_generation, "older-generation"},
    {Provenance::unreadable, "unreadable"},
}};

[[noreturn]] void failed(const std::string& path, const std::string& tried, int error) {
  throw Failed("The manifest " + path + " cannot be " + tried + ": " + system::answer(error),
               system::remedy_for(error, path));
}

[[noreturn]] void broken(std::string_view line) {
  throw Failed("\"" + system::printable(line.substr(0, 200)) + "\" is no line of a salvage's manifest",
               "Move the manifest away and salvage again: what it tells of is taken anew");
}

std::string words(const MissingRange& range) {
  return std::to_string(range.offset) + "+" + std::to_string(range.length);
}

MissingRange range_of(std::string_view text, std::string_view line) {
  MissingRange range;
  const auto* end = text.data() + text.size();
  const auto first = std::from_chars(text.data(), end, range.offset);
  if (first.ec != std::errc() || first.ptr == end || *first.ptr != '+') broken(line);
  const auto second = std::from_chars(first.ptr + 1, end, range.length);
  if (second.ec != std::errc() || second.ptr != end || range.offset < 0 || range.length < 0) broken(line);
  return range;
}

// It is opened below the salvage directory: it may not lead out of it.
bool leads_out(const std::string& stored) {
  return stored.starts_with('/') || ("/" + stored + "/").find("/../") != std::string::npos ||
         stored.find('\0') != std::string::npos;
}

std::string path_in(const std::string& directory) {
  return directory + "/manifest.jsonl";
}

// Where the last whole line ends. A power cut may leave anything behind it: a part of a line, or zeros.
off_t whole_bytes(int file, const std::string& path) {
  struct stat status {};
  if (::fstat(file, &status) != 0) failed(path, "read", errno);
  std::array<char, 1 << 16> piece{};
  for (off_t end = status.st_size; end > 0;) {
    const off_t begin = std::max<off_t>(0, end - static_cast<off_t>(piece.size()));
    const auto got = ::pread(file, piece.data(), static_cast<std::size_t>(end - begin), begin);
    if (got <= 0) failed(path, "read", got == 0 ? EIO : errno);
    const auto at = std::string_view(piece.data(), static_cast<std::size_t>(got)).rfind('\n');
    if (at != std::string_view::npos) return begin + static_cast<off_t>(at) + 1;
    end = begin;
  }
  return 0;
}

}  // namespace

std::string_view to_string(Provenance provenance) {
  return provenances[static_cast<std::size_t>(provenance)].second;
}

std::string to_line(const ManifestEntry& entry) {
  using system::printable;
  Event event{std::string(line_name)};
  event.with("path", printable(entry.path))
      .with("stored", printable(entry.stored))
      .with("kind", entry.kind)
      .with("why", printable(entry.why))
      .with("provenance", std::string(to_string(entry.provenance)))
      .with("rung", printable(entry.rung))
      // Of a damaged superblock it is any number. As it comes back, all 64 bits are there.
      .with("generation", static_cast<std::int64_t>(entry.generation))
      .with("size", entry.size)
      .with("data", entry.data)
      .with("mtime", entry.mtime);
  if (!entry.further.empty()) event.with("further", entry.further);
  if (!entry.link.empty()) event.with("link", printable(entry.link));
  if (!entry.problem.empty()) event.with("problem", printable(entry.problem));
  if (!entry.missing.empty()) {
    std::vector<std::string> missing;
    for (const auto& range : entry.missing) missing.push_back(words(range));
    event.with("missing", std::move(missing));
  }
  return to_json(event);
}

ManifestEntry from_line(std::string_view line) {
  const auto event = event_from_json(line);
  if (!event || event->name != line_name) broken(line);
  const auto text = [&](std::string_view key) {
    return system::from_printable(event->text(key));
  };
  ManifestEntry entry;
  entry.path = text("path");
  entry.further = event->text("further");
  entry.stored = text("stored");
  entry.kind = event->text("kind");
  entry.why = text("why");
  entry.rung = text("rung");
  entry.generation = static_cast<std::uint64_t>(event->number("generation"));
  entry.size = event->number("size");
  entry.data = event->number("data");
  entry.mtime = event->number("mtime");
  entry.link = text("link");
  entry.problem = text("problem");
  for (const auto& range : event->list("missing")) entry.missing.push_back(range_of(range, line));
  const auto named = event->text("provenance");
  const auto* const known = std::find_if(provenances.begin(), provenances.end(),
                                         [&](const auto& pair) { return pair.second == named; });
  const bool is_kind = std::find(kinds.begin(), kinds.end(), entry.kind) != kinds.end();
  const bool is_further = std::find(furthers.begin(), furthers.end(), entry.further) != furthers.end();
  if (known == provenances.end() || !is_kind || !is_further || !entry.path.starts_with('/') ||
      entry.size < 0 || entry.data < 0 || leads_out(entry.stored))
    broken(line);
  entry.provenance = known->first;
  return entry;
}

ManifestWriter::ManifestWriter(const std::string& directory) : path_(path_in(directory)) {
  directory_ = system::Descriptor(::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!directory_) failed(path_, "written", errno);
  file_ = system::Descriptor(::openat(directory_.get(), "manifest.jsonl",
                                      O_RDWR | O_CREAT | O_APPEND | O_NOFOLLOW | O_CLOEXEC, 0600));
  if (!file_) failed(path_, "written", errno);
  if (::ftruncate(file_.get(), whole_bytes(file_.get(), path_)) != 0) failed(path_, "written", errno);
  if (::fsync(directory_.get()) != 0) failed(path_, "written", errno);
}

void ManifestWriter::add(const ManifestEntry& entry) {
  pending_ += to_line(entry) + '\n';
}

void ManifestWriter::sync() {
  if (pending_.empty()) return;
  // The data first: the kernel may write a line out at any moment, and it must not tell of what is not there.
  if (::syncfs(directory_.get()) != 0) failed(path_, "written", errno);
  for (std::string_view rest = pending_; !rest.empty();) {
    const auto put = ::write(file_.get(), rest.data(), rest.size());
    if (put < 0 && errno == EINTR) continue;
    if (put < 0) {
      const int error = errno;
      pending_.erase(0, pending_.size() - rest.size());
      failed(path_, "written", error);
    }
    rest.remove_prefix(static_cast<std::size_t>(put));
  }
  pending_.clear();
  if (::fsync(file_.get()) != 0) failed(path_, "written", errno);
}

void read_manifest(const std::string& directory, const std::function<void(const ManifestEntry&)>& each) {
  const auto path = path_in(directory);
  const int opened = ::open(path.c_str(), O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
  if (opened < 0 && errno == ENOENT) return;
  if (opened < 0) failed(path, "read", errno);
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(::fdopen(opened, "r"), std::fclose);
  if (!file) failed(path, "read", errno);
  std::unique_ptr<char, void (*)(void*)> buffer(nullptr, std::free);
  std::size_t capacity = 0;
  for (std::size_t number = 1;; ++number) {
    char* raw = buffer.release();
    const ssize_t length = ::getline(&raw, &capacity, file.get());
    const int error = errno;
    buffer.reset(raw);
    if (length < 0 && std::ferror(file.get()) != 0) failed(path, "read", error);
    if (length <= 0) return;
    std::string_view line(raw, static_cast<std::size_t>(length));
    if (line.back() != '\n') return;  // it was cut
    line.remove_suffix(1);
    try {
      each(from_line(line));
    } catch (Failed& error_in_line) {
      error_in_line.add_context("reading line " + std::to_string(number) + " of " + path);
      throw;
    }
  }
}

}  // namespace recover::salvage
