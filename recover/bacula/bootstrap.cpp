#include "recover/bacula/bootstrap.hpp"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <map>
#include <set>
#include <utility>

#include "recover/error.hpp"
#include "recover/system/text.hpp"

namespace recover::bacula {
namespace {

constexpr std::size_t most_copied = 1024 * 1024;  // bytes

struct Line {
  std::string keyword;  // in lower case, blanks taken out: Bacula reads "Vol Session Id" as VolSessionId
  std::string value;    // quotes taken off
};

class Parser {
 public:
  Parser(std::string_view text, const std::string& source) : text_(text), source_(source) {}

  Bootstrap parse() {
    Line line;
    while (next(line)) take(line);
    finish_range();
    if (bootstrap_.ranges.empty()) {
      throw UsageError("The bootstrap file " + source_ + " names no volume",
                       "Give a bootstrap file that Bacula has written; an empty one restores nothing");
    }
    return std::move(bootstrap_);
  }

 private:
  [[noreturn]] void wrong(const std::string& what) const {
    throw UsageError(
        "The bootstrap file " + source_ + ", line " + std::to_string(number_) + ": " +
            system::printable(what.substr(0, 200)),
        "Give a bootstrap file that Bacula has written (Main Reference, chapter \"The Bootstrap File\")");
  }

  // The next line that says something.
  bool next(Line& line) {
    while (!text_.empty()) {
      const std::size_t end = std::min(text_.find('\n'), text_.size());
      std::string_view raw = text_.substr(0, end);
      text_.remove_prefix(std::min(end + 1, text_.size()));
      ++number_;
      raw = trimmed(raw);
      if (raw.empty() || raw.front() == '#') continue;
      const std::size_t equals = raw.find('=');
      if (equals == std::string_view::npos) wrong("no \"keyword = value\": \"" + std::string(raw) + "\"");
      line.keyword.clear();
      for (char c : raw.substr(0, equals)) {
        if (c != ' ' && c != '\t')
          line.keyword += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
      }
      line.value = unquoted(trimmed(raw.substr(equals + 1)));
      return true;
    }
    return false;
  }

  static std::string_view trimmed(std::string_view text) {
    const auto begin = text.find_first_not_of(" \t\r");
    if (begin == std::string_view::npos) return {};
    return text.substr(begin, text.find_last_not_of(" \t\r") - begin + 1);
  }

  std::string unquoted(std::string_view text) const {
    if (text.empty() || text.front() != '"') return std::string(text);
    if (text.size() < 2 || text.back() != '"') wrong("a quote is not closed: " + std::string(text));
    return std::string(text.substr(1, text.size() - 2));
  }

  std::uint64_t number(std::string_view text, std::uint64_t highest) const {
    std::uint64_t value = 0;
    const auto* end = text.data() + text.size();
    const auto [stopped, error] = std::from_chars(text.data(), end, value);
    if (error != std::errc{} || stopped != end || text.empty() || value > highest) {
      wrong("\"" + std::string(text) + "\" is no number that can stand here");
    }
    return value;
  }

  // "5", "1-62", "1-3,7".
  std::vector<Interval> intervals(std::string_view text, std::uint64_t highest) const {
    std::vector<Interval> result;
    for (std::string_view rest = text;;) {
      const std::size_t comma = std::min(rest.find(','), rest.size());
      const std::string_view word = trimmed(rest.substr(0, comma));
      const std::size_t dash = word.find('-');
      Interval interval;
      interval.first = number(word.substr(0, dash), highest);
      interval.last =
          dash == std::string_view::npos ? interval.first : number(word.substr(dash + 1), highest);
      if (interval.last < interval.first) wrong("\"" + std::string(word) + "\" ends before it begins");
      result.push_back(interval);
      if (comma == rest.size()) return result;
      rest.remove_prefix(comma + 1);
    }
  }

  // Volumes of one range may be several, as Name1|Name2: then each gets a range of its own.
  void finish_range() {
    fold_tape_positions();
    refuse_without_volume();
    if (!pending_.volume.empty()) {
      const std::string all = std::exchange(pending_.volume, {});
      refuse_too_many_copies(static_cast<std::size_t>(std::count(all.begin(), all.end(), '|')));
      std::string_view names = all;
      while (true) {
        const std::size_t bar = std::min(names.find('|'), names.size());
        BootstrapRange range = pending_;
        range.volume = names.substr(0, bar);
        check_volume_name(range.volume);
        bootstrap_.ranges.push_back(std::move(range));
        if (bar == names.size()) break;
        names.remove_prefix(bar + 1);
      }
    }
    pending_ = {};
  }

  // Each volume gets a copy of all that the range says: a file of some KiB must not fill the memory.
  void refuse_too_many_copies(std::size_t copies) const {
    const std::size_t intervals = pending_.addresses.size() + pending_.file_indexes.size();
    const std::size_t size = intervals * sizeof(Interval) + pending_.storage.size() +
                             pending_.media_type.size() + pending_.device.size();
    if (copies * size > most_copied) wrong("a range says too much for so many volumes");
  }

  // What stands before the next Storage, or the end, would be passed over: less would come back.
  void refuse_without_volume() const {
    if (pending_.volume.empty() && pending_ != BootstrapRange{}) wrong("a range without Volume");
  }

  void check_volume_name(const std::string& name) const {
    if (!is_bootstrap_volume(name)) {
      wrong("\"" + name + "\" cannot be the name of a volume");
    }
  }

  // VolFile and VolBlock are the upper and the lower half of an address.
  void fold_tape_positions() {
    if (files_.empty() && blocks_.empty()) return;
    const Interval file = files_.empty() ? Interval{0, 0} : files_.front();
    const Interval block = blocks_.empty() ? Interval{0, UINT32_MAX} : blocks_.front();
    if (files_.size() > 1 || blocks_.size() > 1) wrong("more than one VolFile or VolBlock in a range");
    pending_.addresses.push_back({file.first << 32 | block.first, file.last << 32 | block.last});
    files_.clear();
    blocks_.clear();
  }

  void take(const Line& line) {
    const std::string& key = line.keyword;
    auto append = [](std::vector<Interval>& to, std::vector<Interval> more) {
      to.insert(to.end(), more.begin(), more.end());
    };
    if (key == "storage") {
      finish_range();
      pending_.storage = line.value;
    } else if (key == "volume") {
      if (!pending_.volume.empty()) finish_range();
      pending_.volume = line.value;
      check_volume_name(line.value.substr(0, line.value.find('|')));
    } else if (key == "mediatype") {
      pending_.media_type = line.value;
    } else if (key == "device") {
      pending_.device = line.value;
    } else if (key == "slot" || key == "stream") {
      number(line.value, UINT32_MAX);
    } else if (key == "volsessionid") {
      pending_.session_id = static_cast<std::uint32_t>(number(line.value, UINT32_MAX));
    } else if (key == "volsessiontime") {
      pending_.session_time = static_cast<std::uint32_t>(number(line.value, UINT32_MAX));
    } else if (key == "voladdr") {
      append(pending_.addresses, intervals(line.value, INT64_MAX));
    } else if (key == "volfile") {
      append(files_, intervals(line.value, INT32_MAX));
    } else if (key == "volblock") {
      append(blocks_, intervals(line.value, UINT32_MAX));
    } else if (key == "fileindex") {
      append(pending_.file_indexes, intervals(line.value, INT32_MAX));
    } else if (key == "count") {
      pending_.count = number(line.value, UINT32_MAX);
    } else {
      // Client, Job, JobId, FileRegex ... select by what this program does not look at: reading on would
      // restore something else than Bacula would.
      wrong("the keyword \"" + key + "\" is not one that this program can follow");
    }
  }

  std::string_view text_;
  const std::string& source_;
  std::size_t number_ = 0;
  BootstrapRange pending_;
  std::vector<Interval> files_, blocks_;
  Bootstrap bootstrap_;
};

}  // namespace

bool is_volume_name(std::string_view name) {
  return !name.empty() && name != "." && name != ".." && name.find('/') == std::string_view::npos &&
         name.find('\0') == std::string_view::npos;
}

bool is_bootstrap_volume(std::string_view name) {
  return is_volume_name(name) && name.find('|') == std::string_view::npos && is_bootstrap_value(name);
}

bool is_bootstrap_value(std::string_view text) {
  return std::none_of(text.begin(), text.end(),
                      [](unsigned char c) { return std::iscntrl(c) != 0 || c == '"'; });
}

std::vector<std::string> Bootstrap::volumes() const {
  std::vector<std::string> names;
  std::set<std::string_view> known;
  for (const auto& range : ranges)
    if (known.insert(range.volume).second) names.push_back(range.volume);
  return names;
}

std::vector<Interval> merged(std::vector<Interval> intervals) {
  std::sort(intervals.begin(), intervals.end(),
            [](const Interval& a, const Interval& b) { return a.first < b.first; });
  std::vector<Interval> result;
  for (const auto& interval : intervals) {
    if (!result.empty() &&
        (interval.first <= result.back().last || interval.first - 1 == result.back().last)) {
      result.back().last = std::max(result.back().last, interval.last);
    } else {
      result.push_back(interval);
    }
  }
  return result;
}

std::uint64_t Bootstrap::files() const {
  std::map<std::pair<std::uint32_t, std::uint32_t>, std::vector<Interval>> sessions;
  for (const auto& range : ranges) {
    auto& indexes = sessions[{range.session_time, range.session_id}];
    indexes.insert(indexes.end(), range.file_indexes.begin(), range.file_indexes.end());
  }
  std::uint64_t count = 0;
  for (const auto& [session, indexes] : sessions) {
    for (const auto& interval : merged(indexes)) count += interval.last - interval.first + 1;
  }
  return count;
}

Bootstrap parse_bootstrap(std::string_view text, const std::string& source) {
  return Parser(text, source).parse();
}

std::string to_text(const Bootstrap& bootstrap) {
  std::string text;
  auto quoted = [&](const char* keyword, const std::string& value) {
    if (!value.empty()) text += std::string(keyword) + "=\"" + value + "\"\n";
  };
  auto spans = [&](const char* keyword, const std::vector<Interval>& intervals) {
    for (const auto& interval : intervals) {
      text += std::string(keyword) + "=" + std::to_string(interval.first);
      if (interval.last != interval.first) text += "-" + std::to_string(interval.last);
      text += "\n";
    }
  };
  for (const auto& range : bootstrap.ranges) {
    quoted("Storage", range.storage);
    quoted("Volume", range.volume);
    quoted("MediaType", range.media_type);
    quoted("Device", range.device);
    text += "VolSessionId=" + std::to_string(range.session_id) + "\n";
    text += "VolSessionTime=" + std::to_string(range.session_time) + "\n";
    spans("VolAddr", range.addresses);
    spans("FileIndex", range.file_indexes);
    if (range.count > 0) text += "Count=" + std::to_string(range.count) + "\n";
  }
  return text;
}

Bootstrap first_file(const Bootstrap& bootstrap) {
  if (bootstrap.ranges.empty()) return {};
  auto range = bootstrap.ranges.front();
  const auto index = range.file_indexes.empty() ? 1 : range.file_indexes.front().first;
  range.file_indexes = {{index, index}};
  range.count = 1;
  return {{range}};
}

}  // namespace recover::bacula
