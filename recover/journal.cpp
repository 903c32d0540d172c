#include "recover/journal.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstdio>
#include <cstring>
#include <thread>

#include "recover/error.hpp"
#include "recover/sha256.hpp"
#include "recover/system/answers.hpp"
#include "recover/system/machine.hpp"

namespace recover {
namespace {

constexpr std::string_view sum_key = ",\"sum\":\"";
constexpr std::size_t sum_length = 16;  // hexadecimal digits: 64 bits of SHA-256

std::string checksum(const std::string& previous, std::string_view body) {
  return sha256(previous + std::string(body)).substr(0, sum_length);
}

// {"event":...} + checksum -> {"event":...,"sum":"..."}
std::string seal(const std::string& json, const std::string& sum) {
  return json.substr(0, json.size() - 1) + std::string(sum_key) + sum + "\"}";
}

// The line's body and checksum, or nothing when it has no such form.
std::optional<std::pair<std::string, std::string>> unseal(std::string_view line) {
  const std::size_t tail = sum_key.size() + sum_length + 2;
  if (line.size() <= tail || line.substr(line.size() - 2) != "\"}") return std::nullopt;
  const auto at = line.size() - tail;
  if (line.substr(at, sum_key.size()) != sum_key) return std::nullopt;
  return std::pair(std::string(line.substr(0, at)) + "}",
                   std::string(line.substr(at + sum_key.size(), sum_length)));
}

[[noreturn]] void refuse(const std::string& path, std::size_t line, const JournalContents& good) {
  const std::string last =
      good.events.empty() ? "nothing" : good.events.back().name + " " + good.events.back().text("step");
  throw UsageError("The journal " + path + " is not as it was written, from line " + std::to_string(line) +
                       " on (the last that can be trusted says: " + last + ")",
                   "Look at the file; to begin the recovery anew, give --restart, which keeps it beside");
}

system::Descriptor open_journal(const std::string& path, int flags) {
  system::Descriptor file(::open(path.c_str(), flags | O_WRONLY | O_CLOEXEC, 0600));
  if (!file)
    throw Failed("Could not open the journal " + path + ": " + std::strerror(errno),
                 "Make sure that the storage volume is mounted writable, or give another place with --state");
  return file;
}

// Each line builds on the one before: whoever writes one has read that, and nobody else writes meanwhile.
void lock(const system::Descriptor& file, const std::string& path) {
  constexpr std::chrono::milliseconds patience{30000}, pause{50};
  for (std::chrono::milliseconds waited{}; ::flock(file.get(), LOCK_EX | LOCK_NB) != 0; waited += pause) {
    if (errno != EWOULDBLOCK && errno != EINTR)
      throw Failed("Could not lock the journal " + path + ": " + std::strerror(errno),
                   "Keep it on a filesystem that knows flock(2)");
    if (waited >= patience)
      throw Failed("Somebody else writes the journal " + path + " all the time",
                   "See what other recover runs here: fuser -v " + path);
    std::this_thread::sleep_for(pause);
  }
}

// Under its own time, beside. It stays what it is until the new one takes its name.
void keep_older(const std::string& path) {
  const auto stamp = system::local_time_stamp(system::now());
  std::string kept = path + "." + stamp;
  for (int i = 2; system::exists(kept); ++i) kept = path + "." + stamp + "." + std::to_string(i);
  system::copy_file(path, kept, 0600);
}

}  // namespace

std::string journal_path(const std::string& directory) {
  return directory + "/journal";
}

JournalContents read_journal(const std::string& path) {
  JournalContents contents;
  if (!system::exists(path)) return contents;
  const std::string text = system::read_file(path);
  std::size_t number = 0;
  while (contents.whole_bytes < text.size()) {
    ++number;
    const auto end = text.find('\n', contents.whole_bytes);
    if (end == std::string::npos) {
      contents.torn = true;
      break;
    }
    const auto parts =
        unseal(std::string_view(text).substr(contents.whole_bytes, end - contents.whole_bytes));
    const bool good = parts && checksum(contents.last_sum, parts->first) == parts->second;
    const auto event = good ? event_from_json(parts->first) : std::nullopt;
    if (!event) {
      // A power cut may leave a last block of zeros or rubbish, newline included; what lies before it is
      // whole.
      if (end + 1 < text.size()) refuse(path, number, contents);
      contents.torn = true;
      break;
    }
    contents.events.push_back(*event);
    contents.last_sum = parts->second;
    contents.whole_bytes = end + 1;
  }
  return contents;
}

Journal::Journal(system::Descriptor file, std::string path, std::int64_t next, std::string last_sum)
    : file_(std::move(file)), path_(std::move(path)), next_(next), last_sum_(std::move(last_sum)) {}

Journal Journal::create(const std::string& directory) {
  system::make_directories(directory, 0700);
  const auto path = journal_path(directory);
  if (system::exists(path)) keep_older(path);
  // Whole at once, and durable: a crash leaves the older one, or an empty new one.
  system::write_file(path, "", 0600);
  auto file = open_journal(path, O_APPEND);
  lock(file, path);
  // Both names: fsync of a file says nothing about the directory that it is in.
  system::sync_directory(directory);
  return Journal(std::move(file), path, 1, "");
}

Journal Journal::append(const std::string& directory) {
  const auto path = journal_path(directory);
  auto file = open_journal(path, O_APPEND);
  lock(file, path);
  const auto contents = read_journal(path);
  if (contents.torn && ::ftruncate(file.get(), static_cast<off_t>(contents.whole_bytes)) != 0)
    throw Failed("Could not cut the torn last line of " + path + ": " + std::strerror(errno),
                 "Make sure that the storage volume is mounted writable");
  return Journal(std::move(file), path, static_cast<std::int64_t>(contents.events.size()) + 1,
                 contents.last_sum);
}

void Journal::copy_to(const std::string& directory) try {
  system::make_directories(directory, 0700);
  const auto path = journal_path(directory);
  system::copy_file(path_, path, 0600);
  copy_ = open_journal(path, O_APPEND);
  copied_to_ = directory;
} catch (const Error&) {
  copy_ = {};
}

void Journal::write(Event event) {
  event.with("seq", next_).with("time", system::local_time(system::now()));
  const auto body = to_json(event);
  const auto sum = checksum(last_sum_, body);
  const auto line = seal(body, sum) + "\n";
  if (failed_.empty()) {
    const auto before = ::lseek(file_.get(), 0, SEEK_END);
    const auto written = ::write(file_.get(), line.data(), line.size());
    const bool cut = written >= 0 && written != static_cast<ssize_t>(line.size());
    if (cut || written < 0 || ::fsync(file_.get()) != 0) {
      const int error = cut ? ENOSPC : errno;
      failed_ = system::answer(error);
      remedy_ = system::remedy_for(error, path_) + ". Then continue with --resume";
      // No half line stays, or the next one that succeeds would stand behind rubbish. When even this fails,
      // the reader cuts the torn line.
      (void)::ftruncate(file_.get(), before);
    }
  }
  if (copy_) (void)!::write(copy_.get(), line.data(), line.size());
  last_sum_ = sum;
  ++next_;
  // Not a Failed: no fallback answers this.
  if (!failed_.empty())
    throw Error(
        Exit::failed, "Could not write to the journal " + path_ + ": " + failed_,
        remedy_ + (copy_ ? "; until this system is switched off, " + copied_to_ + " has all of it" : ""));
}

std::size_t catch_up(const std::string& directory, const std::string& copy) try {
  const auto known = read_journal(journal_path(directory));
  const auto more = read_journal(journal_path(copy));
  // The checksums are chained: where one stands in both, all before it are the same.
  if (known.events.empty() || more.events.size() <= known.events.size()) return 0;
  const auto text = system::read_file(journal_path(copy));
  if (text.compare(0, known.whole_bytes, system::read_file(journal_path(directory)), 0, known.whole_bytes) !=
      0)
    return 0;
  Journal::append(directory);  // cuts a torn line
  const auto path = journal_path(directory);
  const auto file = open_journal(path, O_APPEND);
  lock(file, path);
  const auto lines = text.substr(known.whole_bytes, more.whole_bytes - known.whole_bytes);
  if (::write(file.get(), lines.data(), lines.size()) != static_cast<ssize_t>(lines.size()) ||
      ::fsync(file.get()) != 0) {
    const std::string why = std::strerror(errno);
    (void)::ftruncate(file.get(), static_cast<off_t>(known.whole_bytes));
    throw Error(Exit::failed, "Could not write to the journal " + path + ": " + why,
                "Make room on that volume, then continue with --resume");
  }
  return more.events.size() - known.events.size();
} catch (const UsageError&) {
  return 0;  // the reader of the journal itself says what is wrong with it
}

}  // namespace recover
