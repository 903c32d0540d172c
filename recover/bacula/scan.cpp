#include "recover/bacula/scan.hpp"

#include <sys/stat.h>

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <string_view>
#include <tuple>

#include "recover/bacula/bootstrap.hpp"
#include "recover/bacula/volume.hpp"
#include "recover/error.hpp"
#include "recover/system/text.hpp"

namespace recover::bacula {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t longest_line = 64 * 1024;

// bscan -S -v: "done: 12%" for the volume at hand, and before it "Ready to read from volume "Alder-0001" on".
class Reader {
 public:
  Reader(const VolumesToScan& volumes, const OnScanned& on_scanned)
      : volumes_(volumes), on_scanned_(on_scanned) {}

  void feed(std::string_view text) {
    while (!text.empty()) {
      const auto end = text.find('\n');
      held_ += text.substr(0, std::min(end, longest_line - std::min(held_.size(), longest_line)));
      if (end == std::string_view::npos) return;
      line(held_);
      held_.clear();
      text.remove_prefix(end + 1);
    }
  }

  std::string last_words;

 private:
  void line(std::string_view text) {
    constexpr std::string_view ready = "Ready to read from volume \"", done = "done: ";
    if (const auto at = text.find(ready); at != std::string_view::npos) {
      const auto name = text.substr(at + ready.size());
      return begin_volume(std::string(name.substr(0, name.find('"'))));
    }
    if (text.starts_with(done)) return tell(text.substr(done.size()));
    const bool telling = text.find("rror") != std::string_view::npos ||
                         text.find("ERR=") != std::string_view::npos ||
                         text.find("Could not") != std::string_view::npos;
    if (telling || last_words.empty()) last_words = system::printable(system::redact(text.substr(0, 600)));
  }

  void begin_volume(const std::string& name) {
    before_ = 0;
    current_ = {};
    for (const auto& volume : volumes_.volumes) {
      if (volume.name == name) {
        current_ = volume;
        return;
      }
      before_ += volume.size;
    }
  }

  void tell(std::string_view percent) const {
    int value = 0;
    std::from_chars(percent.data(), percent.data() + percent.size(), value);
    if (on_scanned_)
      on_scanned_(before_ + current_.size / 100 * std::clamp(value, 0, 100), volumes_.bytes, current_.name);
  }

  const VolumesToScan& volumes_;
  const OnScanned& on_scanned_;
  std::string held_;
  VolumesToScan::Volume current_;
  std::int64_t before_ = 0;  // bytes of the volumes before it
};

}  // namespace

VolumesToScan volumes_to_scan(const std::string& directory) {
  VolumesToScan found;
  std::error_code unreadable;
  for (const auto& entry : fs::directory_iterator(directory, unreadable)) {
    const auto name = entry.path().filename().string();
    struct stat status {};
    if (!is_volume_name(name) || ::stat(entry.path().c_str(), &status) != 0 || !S_ISREG(status.st_mode))
      continue;
    if (!begins_like_a_volume(entry.path().string())) {
      found.left_out.push_back("the file " + system::printable(name) + " is no volume");
      continue;
    }
    if (!is_bootstrap_volume(name)) {
      found.left_out.push_back("bscan cannot be given the name " + system::printable(name));
      continue;
    }
    try {
      const auto label = read_label(entry.path().string());
      if (label.volume != name) {
        found.left_out.push_back("the file " + system::printable(name) + " is labelled as volume " +
                                 system::printable(label.volume));
        continue;
      }
      found.volumes.push_back({name, status.st_size, label.written});
      found.bytes += status.st_size;
    } catch (const Error& error) {
      found.left_out.push_back(error.problem());
    }
  }
  std::sort(found.volumes.begin(), found.volumes.end(), [](const auto& a, const auto& b) {
    return std::tie(a.written, a.name) < std::tie(b.written, b.name);
  });
  std::sort(found.left_out.begin(), found.left_out.end());
  return found;
}

std::string scan_list(const VolumesToScan& volumes) {
  std::string text;
  for (const auto& volume : volumes.volumes) text += "Volume=\"" + volume.name + "\"\n";
  return text;
}

std::int64_t scan_seconds(std::int64_t bytes) {
  return bytes / (std::int64_t{50} << 20U) + 1;
}

void scan(system::Processes& processes, const std::vector<std::string>& argv, const VolumesToScan& volumes,
          std::chrono::milliseconds stall, const OnScanned& on_scanned) {
  Reader reader(volumes, on_scanned);
  const auto result = processes.run({.argv = argv, .merge_errors = true, .stall = stall},
                                    [&](std::string_view text) { reader.feed(text); });
  reader.feed(result.out + "\n");
  if (result.status == 0 && !result.stalled) return;
  const auto said = reader.last_words.empty() ? "nothing" : "\"" + reader.last_words + "\"";
  throw Failed(std::string("bscan ") +
                   (result.stalled ? "did nothing any more, and was ended"
                                   : "ended with status " + std::to_string(result.status)) +
                   "; it said " + said,
               "See whether all volumes can be read (dmesg), and compare bacula.device with the "
               "environment's bacula-sd.conf");
}

}  // namespace recover::bacula
