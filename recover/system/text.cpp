#include "recover/system/text.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <cstdio>
#include <numeric>
#include <vector>

namespace recover::system {
namespace {

// Length of the well-formed, printable UTF-8 sequence at the beginning of `text`; 0 when there is none.
// Over-long forms, surrogates and the C1 controls (U+0080..U+009F move the cursor of some terminals) are no
// such sequence. RFC 3629, section 4.
std::size_t utf8_length(std::string_view text) {
  auto byte = [&](std::size_t i) {
    return i < text.size() ? static_cast<unsigned>(static_cast<unsigned char>(text[i])) : 0U;
  };
  auto tail = [&](std::size_t i) {
    return (byte(i) & 0xC0U) == 0x80U;
  };
  const unsigned first = byte(0);
  if (first >= 0xC2 && first <= 0xDF && tail(1)) return first == 0xC2 && byte(1) < 0xA0 ? 0 : 2;
  if (first >= 0xE0 && first <= 0xEF && tail(1) && tail(2)) {
    if (first == 0xE0 && byte(1) < 0xA0) return 0;
    if (first == 0xED && byte(1) > 0x9F) return 0;
    // Line and paragraph separator, and the marks that turn the direction of writing round, forge what is
    // read.
    const unsigned point = (first & 0x0FU) << 12 | (byte(1) & 0x3FU) << 6 | (byte(2) & 0x3FU);
    if ((point >= 0x2028 && point <= 0x202E) || (point >= 0x2066 && point <= 0x2069)) return 0;
    return 3;
  }
  if (first >= 0xF0 && first <= 0xF4 && tail(1) && tail(2) && tail(3)) {
    if (first == 0xF0 && byte(1) < 0x90) return 0;
    if (first == 0xF4 && byte(1) > 0x8F) return 0;
    return 4;
  }
  return 0;
}

bool equal_ignoring_case(std::string_view a, std::string_view b) {
  return a.size() == b.size() &&
         std::equal(a.begin(), a.end(), b.begin(),
                    [](unsigned char x, unsigned char y) { return std::tolower(x) == std::tolower(y); });
}

// Where the secret begins when `text` from `at` on is a keyword, blanks, '=', blanks; npos when it is not.
// Bacula takes blanks inside a keyword and any case ("Pass word"), so blanks inside are passed over too.
std::size_t secret_begin(std::string_view text, std::size_t at) {
  for (std::string_view keyword : {"dbpassword", "password"}) {
    std::size_t i = at;
    std::size_t matched = 0;
    while (i < text.size() && matched < keyword.size()) {
      if (matched > 0 && text[i] == ' ') {
        ++i;
      } else if (equal_ignoring_case(text.substr(i, 1), keyword.substr(matched, 1))) {
        ++i;
        ++matched;
      } else {
        break;
      }
    }
    if (matched < keyword.size()) continue;
    while (i < text.size() && (text[i] == ' ' || text[i] == '\t')) ++i;
    if (i >= text.size() || text[i] != '=') continue;
    ++i;
    while (i < text.size() && (text[i] == ' ' || text[i] == '\t')) ++i;
    return i;
  }
  return std::string_view::npos;
}

// Where the secret that begins at `begin` ends. A quoted one that is not closed goes on to the end of its
// line.
std::size_t secret_end(std::string_view text, std::size_t begin) {
  if (begin < text.size() && (text[begin] == '"' || text[begin] == '\'')) {
    const char quote = text[begin];
    for (std::size_t i = begin + 1; i < text.size() && text[i] != '\n'; ++i) {
      if (text[i] == '\\' && i + 1 < text.size()) {
        ++i;
      } else if (text[i] == quote) {
        return i + 1;
      }
    }
    return std::min(text.find('\n', begin), text.size());
  }
  return std::min(text.find_first_of(" \t\r\n;}", begin), text.size());
}

}  // namespace

std::string printable(std::string_view bytes) {
  std::string out;
  out.reserve(bytes.size());
  while (!bytes.empty()) {
    const auto c = static_cast<unsigned char>(bytes.front());
    std::size_t length = c >= 0x80 ? utf8_length(bytes) : (c >= 0x20 && c < 0x7F && c != '\\') ? 1U : 0U;
    if (length > 0) {
      out += bytes.substr(0, length);
    } else {
      out += '\\';
      out += static_cast<char>('0' + (c >> 6));
      out += static_cast<char>('0' + (c >> 3 & 7));
      out += static_cast<char>('0' + (c & 7));
      length = 1;
    }
    bytes.remove_prefix(length);
  }
  return out;
}

std::string from_printable(std::string_view text) {
  const auto octal = [&](std::size_t at) {
    return at < text.size() && text[at] >= '0' && text[at] <= '7';
  };
  std::string bytes;
  bytes.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool escaped =
        text[i] == '\\' && octal(i + 1) && text[i + 1] <= '3' && octal(i + 2) && octal(i + 3);
    if (!escaped) {
      bytes += text[i];
      continue;
    }
    bytes += static_cast<char>((text[i + 1] - '0') << 6 | (text[i + 2] - '0') << 3 | (text[i + 3] - '0'));
    i += 3;
  }
  return bytes;
}

namespace {

std::string redact_assignments(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  std::size_t i = 0;
  while (i < text.size()) {
    const char c = text[i];
    const bool candidate = c == 'p' || c == 'P' || c == 'd' || c == 'D';
    const std::size_t begin = candidate ? secret_begin(text, i) : std::string_view::npos;
    if (begin == std::string_view::npos) {
      out += text[i++];
      continue;
    }
    const std::size_t end = secret_end(text, begin);
    out += text.substr(i, begin - i);
    if (end > begin) out += "***";
    i = end;
  }
  return out;
}

// Bacula's parser quotes the line that it does not understand, and a mistyped "Passwrd" is such a line. Of
// its errors only the kind and the place are kept: "Config error: ...", and "line N, col M of file F".
bool is_place(std::string_view line) {
  return line.find(": line ") != std::string_view::npos && line.find(" of file ") != std::string_view::npos;
}

// "http://me:secret@host/x": what stands before the last @ of the host's part.
std::string redact_addresses(std::string_view text) {
  std::string out;
  for (auto at = text.find("://"); at != std::string_view::npos; at = text.find("://")) {
    const auto begin = at + 3;
    out += text.substr(0, begin);
    text.remove_prefix(begin);
    const auto host = text.substr(0, text.find_first_of(" \t\"'/<>"));
    if (const auto end = host.rfind('@'); end != std::string_view::npos) {
      out += "***";
      text.remove_prefix(end);
    }
  }
  return out.append(text);
}

// A line that the daemons' own reporting begins, and with it the end of what the parser quotes.
bool begins_a_message(std::string_view line) {
  return line.find("ERROR TERMINATION") != std::string_view::npos ||
         line.find("JobId ") != std::string_view::npos || line.find("Config error") != std::string_view::npos;
}

std::string without_what_it_quotes(std::string_view line) {
  auto kept = line.substr(0, line.find(", got"));
  kept = kept.substr(0, kept.find(" referenced on line"));
  std::string out;
  bool quoted = false;
  for (const char c : kept) {
    if (c == '"') out += quoted ? "" : "\"***\"";
    quoted ^= c == '"';
    if (!quoted && c != '"') out += c;
  }
  return out;
}

}  // namespace

std::string redact(std::string_view text) {
  std::string out;
  bool quoting = false;  // behind a "Config error", until the next message
  while (!text.empty()) {
    const auto end = std::min(text.find('\n'), text.size());
    const auto named = redact_addresses(text.substr(0, end));
    const std::string_view line = named;
    const bool ends = end < text.size();
    text.remove_prefix(end + (ends ? 1 : 0));
    const auto error = line.find("Config error");
    if (begins_a_message(line)) quoting = false;
    if (error != std::string_view::npos) {
      quoting = true;
      out += redact_assignments(without_what_it_quotes(line));
    } else if (!quoting) {
      out += redact_assignments(line);
    } else if (is_place(line)) {
      out += redact_assignments(line.substr(line.find(": line ")));
    } else {
      continue;
    }
    if (ends) out += '\n';
  }
  return out;
}

// C0 but the newline, DEL, and C1 as UTF-8 writes it (0xC2 0x80-0x9F).
std::string harmless(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    const auto next = i + 1 < text.size() ? static_cast<unsigned char>(text[i + 1]) : 0;
    if ((byte < 0x20 && byte != '\n') || byte == 0x7F) {
      out += '?';
    } else if (byte == 0xC2 && next >= 0x80 && next <= 0x9F) {
      out += '?';
      ++i;
    } else {
      out += text[i];
    }
  }
  return out;
}

std::string shell_quoted(std::string_view word) {
  constexpr std::string_view harmless =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789%+,-./:=@_";
  if (!word.empty() && word.find_first_not_of(harmless) == std::string_view::npos) return std::string(word);
  std::string out = "'";
  for (char c : word) {
    if (c == '\'') {
      out += "'\\''";
    } else {
      out += c;
    }
  }
  return out + "'";
}

bool same_uuid(std::string_view a, std::string_view b) {
  const auto lower = [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 'a' - 'A') : c;
  };
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [&](char x, char y) { return lower(x) == lower(y); });
}

std::string lower(std::string text) {
  for (char& c : text)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return text;
}

std::string joined(const std::vector<std::string>& words, std::string_view separator) {
  std::string text;
  for (const auto& word : words) {
    if (&word != &words.front()) text += separator;
    text += word;
  }
  return text;
}

std::string human_bytes(std::int64_t bytes) {
  constexpr std::array<const char*, 7> units = {"B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};
  const bool negative = bytes < 0;
  double value = negative ? -static_cast<double>(bytes) : static_cast<double>(bytes);
  std::size_t unit = 0;
  // 1023.95 would be printed as 1024.0.
  while (unit + 1 < units.size() && value >= (unit == 0 ? 1024.0 : 1023.95)) {
    value /= 1024;
    ++unit;
  }
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), unit == 0 ? "%s%.0f %s" : "%s%.1f %s", negative ? "-" : "", value,
                units[unit]);
  return text.data();
}

std::string exact_bytes(std::int64_t bytes) {
  return human_bytes(bytes) + " (" + std::to_string(bytes) + " bytes)";
}

std::string human_seconds(std::int64_t seconds) {
  if (seconds < 0) return "-" + human_seconds(-std::max(seconds, -INT64_MAX));
  auto two = [](std::int64_t big, const char* big_unit, std::int64_t small, const char* small_unit) {
    std::string text = std::to_string(big) + " " + big_unit;
    if (small > 0) text += " " + std::to_string(small) + " " + small_unit;
    return text;
  };
  if (seconds < 60) return std::to_string(seconds) + " s";
  if (seconds < 3600) return two(seconds / 60, "min", seconds % 60, "s");
  if (seconds < 86400) return two(seconds / 3600, "h", seconds % 3600 / 60, "min");
  return two(seconds / 86400, "d", seconds % 86400 / 3600, "h");
}

std::size_t edit_distance(std::string_view a, std::string_view b) {
  // What is so long is no word, and near to none.
  constexpr std::size_t longest_word = 1000;
  if (a != b && std::max(a.size(), b.size()) > longest_word) return std::max(a.size(), b.size());
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t above = row[j];
      const std::size_t replaced = diagonal + (a[i - 1] == b[j - 1] ? 0U : 1U);
      row[j] = std::min({above + 1, row[j - 1] + 1, replaced});
      diagonal = above;
    }
  }
  return row[b.size()];
}

}  // namespace recover::system
