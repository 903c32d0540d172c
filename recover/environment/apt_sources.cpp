#include "recover/environment/apt_sources.hpp"

#include <algorithm>
#include <map>
#include <sstream>

#include "recover/system/text.hpp"

namespace recover::environment {
namespace {

using Words = std::vector<std::string>;

Words words_of(std::string_view text) {
  std::istringstream stream{std::string(text)};
  Words words;
  for (std::string word; stream >> word;) words.push_back(word);
  return words;
}

Words lines_of(std::string_view text) {
  std::istringstream stream{std::string(text)};
  Words lines;
  for (std::string line; std::getline(stream, line);) lines.push_back(line);
  return lines;
}

bool holds(const Words& words, const std::string& word) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

// "[ arch=amd64 signed-by=/usr/share/keyrings/x.gpg ]" off the beginning; its value of signed-by.
std::string take_options(std::string& rest) {
  const auto begin = rest.find_first_not_of(" \t");
  if (begin == std::string::npos || rest[begin] != '[') return "";
  const auto end = rest.find(']', begin);
  if (end == std::string::npos) return "";
  std::string signed_by;
  for (const auto& option : words_of(rest.substr(begin + 1, end - begin - 1)))
    if (option.starts_with("signed-by=/")) signed_by = option.substr(option.find('=') + 1);
  rest.erase(0, end + 1);
  return signed_by;
}

using Fields = std::map<std::string, std::string>;

void add_stanza(const Fields& fields, std::vector<AptSource>& sources) {
  const auto value = [&](const char* name) {
    const auto found = fields.find(name);
    return found == fields.end() ? std::string() : found->second;
  };
  const auto enabled = system::lower(system::joined(words_of(value("enabled")), " "));
  const bool off = enabled == "no" || enabled == "false" || enabled == "0" || enabled == "off";
  if (off || !holds(words_of(value("types")), "deb")) return;
  const auto keys = words_of(value("signed-by"));
  AptSource source{words_of(value("uris")), words_of(value("suites")), words_of(value("components")),
                   keys.size() == 1 && keys[0].starts_with('/') ? keys[0] : ""};
  if (!source.uris.empty() && !source.suites.empty()) sources.push_back(std::move(source));
}

// A password would be seen by whoever lists processes.
bool can_be_named(const std::string& uri) {
  return (uri.starts_with("http://") || uri.starts_with("https://")) && uri.find('@') == std::string::npos;
}

// Of what `apt-config dump` prints, the value of one name; "DIRECT" is apt's word for none.
std::string proxy_of(std::string_view dump, const std::string& name) {
  for (const auto& line : lines_of(dump)) {
    const auto key = name + " \"";
    if (!system::lower(line).starts_with(key) || !line.ends_with("\";")) continue;
    const auto value = line.substr(key.size(), line.size() - key.size() - 2);
    if (!value.empty() && system::lower(value) != "direct") return value;
  }
  return "";
}

}  // namespace

std::vector<AptSource> parse_apt_lines(std::string_view text) {
  std::vector<AptSource> sources;
  for (auto line : lines_of(text)) {
    line.erase(std::min(line.find('#'), line.size()));
    const auto first = words_of(line);
    if (first.empty() || first[0] != "deb") continue;
    auto rest = line.substr(line.find("deb") + 3);
    auto signed_by = take_options(rest);
    const auto words = words_of(rest);
    if (words.size() < 2) continue;
    sources.push_back({{words[0]}, {words[1]}, {words.begin() + 2, words.end()}, std::move(signed_by)});
  }
  return sources;
}

std::vector<AptSource> parse_apt_stanzas(std::string_view text) {
  std::vector<AptSource> sources;
  Fields fields;
  std::string last;
  for (const auto& line : lines_of(text)) {
    if (line.find_first_not_of(" \t\r") == std::string::npos) {
      add_stanza(fields, sources);
      fields.clear();
      last.clear();
    } else if (line.front() == '#') {
      continue;
    } else if (line.front() == ' ' || line.front() == '\t') {
      if (!last.empty()) fields[last] += line;
    } else if (const auto colon = line.find(':'); colon != std::string::npos) {
      last = system::lower(line.substr(0, colon));
      fields[last] = line.substr(colon + 1);
    }
  }
  add_stanza(fields, sources);
  return sources;
}

std::optional<AptMirror> find_mirror(const std::vector<AptSource>& sources, const std::string& suite) {
  for (const auto& name : {suite, std::string("stable"), std::string("oldstable"), std::string("testing"),
                           std::string("unstable"), std::string("sid")})
    for (const auto& source : sources) {
      if (!holds(source.suites, name)) continue;
      for (const auto& uri : source.uris)
        if (can_be_named(uri)) return AptMirror{uri, source.components, source.signed_by};
    }
  return std::nullopt;
}

bool names_suite(const std::vector<AptSource>& sources, const std::string& suite) {
  return std::any_of(sources.begin(), sources.end(),
                     [&](const auto& source) { return holds(source.suites, suite); });
}

std::string fetch_options(std::string_view dump) {
  std::string text;
  for (const auto& line : lines_of(dump)) {
    const auto name = system::lower(line.substr(0, line.find(' ')));
    for (const std::string_view what : {"http", "check-", "retries", "force"})
      if (name.starts_with("acquire::" + std::string(what)) && line.ends_with(';') &&
          !line.ends_with("\"\";")) {
        text += line + "\n";
        break;
      }
  }
  return text;
}

std::string wget_options(std::string_view dump) {
  const auto http = proxy_of(dump, "acquire::http::proxy"), https = proxy_of(dump, "acquire::https::proxy");
  std::string text;
  if (!http.empty()) text += "http_proxy = " + http + "\n";
  // As in apt, that of http where https has none of its own.
  if (const auto& proxy = https.empty() ? http : https; !proxy.empty())
    text += "https_proxy = " + proxy + "\n";
  return text;
}

std::string os_release_value(std::string_view text, std::string_view key) {
  for (const auto& line : lines_of(text)) {
    if (!line.starts_with(std::string(key) + "=")) continue;
    auto value = line.substr(key.size() + 1);
    if (value.size() >= 2 && (value.front() == '"' || value.front() == '\'') && value.back() == value.front())
      value = value.substr(1, value.size() - 2);
    return value;
  }
  return "";
}

}  // namespace recover::environment
