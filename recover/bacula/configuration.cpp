#include "recover/bacula/configuration.hpp"

#include <algorithm>
#include <cctype>
#include <tuple>

#include "recover/system/files.hpp"
#include "recover/system/text.hpp"

namespace recover::bacula {
namespace {

constexpr std::size_t most_problems = 100;
constexpr std::size_t cost_of_a_file = 1000;  // of the bytes that may be read, besides its own
constexpr int deepest = 10;  // of files that include files, and of resources within resources

bool is_blank(char c) {
  return c == ' ' || c == '\t' || c == '\r';
}

std::string without_blanks_around(const std::string& text) {
  const auto from = text.find_first_not_of(" \t\r");
  if (from == std::string::npos) return "";
  return text.substr(from, text.find_last_not_of(" \t\r") - from + 1);
}

std::string keyword(const std::string& text) {
  std::string word;
  for (const char c : text)
    if (!is_blank(c)) word += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return word;
}

class Parser {
 public:
  Parser(const ReadFile& read, std::vector<std::string>& problems) : read_(read), problems_(problems) {}

  void parse_file(const std::string& path, Resource& into, int depth) {
    if (depth > deepest || std::find(open_.begin(), open_.end(), path) != open_.end())
      return complain(path + " is included by itself or too deep, and not followed");
    if (!may_read(cost_of_a_file)) return complain(path + " is not followed: there is too much to read");
    const auto text = read_(path);
    if (!text) return complain(path + " cannot be read");
    if (!may_read(text->size())) return complain(path + " is not followed: there is too much to read");
    open_.push_back(path);
    auto outer = std::tuple(std::move(text_), at_, std::move(path_), depth_);
    text_ = *text;
    at_ = 0;
    path_ = path;
    depth_ = depth;
    parse_body(into, 0);
    std::tie(text_, at_, path_, depth_) = std::move(outer);
    open_.pop_back();
  }

 private:
  // Files that include each other many times would never come to an end.
  bool may_read(std::size_t bytes) {
    if (bytes > budget_) return false;
    budget_ -= bytes;
    return true;
  }

  // Rubbish is not told byte by byte.
  bool enough() const { return problems_.size() > most_problems; }
  void complain(const std::string& sentence) {
    if (enough()) return;
    problems_.push_back(problems_.size() < most_problems
                            ? system::printable(sentence)
                            : system::printable(path_) + " has more problems of such a kind");
  }

  std::string here() const {
    if (enough()) return {};
    const auto line = 1 + std::count(text_.begin(), text_.begin() + static_cast<std::ptrdiff_t>(at_), '\n');
    return path_ + ", line " + std::to_string(line) + ": ";
  }
  bool ended() const { return at_ >= text_.size(); }
  char look() const { return text_[at_]; }

  void skip_comment() {
    while (!ended() && look() != '\n') ++at_;
  }
  void skip_blanks() {
    while (!ended() && is_blank(look())) ++at_;
  }

  // Directives and resources up to the "}" that ends this one, or the end of the file.
  void parse_body(Resource& into, int level) {
    std::string word;
    while (!ended()) {
      const char c = look();
      if (c == '#') {
        skip_comment();
      } else if (c == '@' && word.empty()) {
        include(into);
      } else if (c == '{') {
        ++at_;
        parse_nested(into, keyword(word), level);
        word.clear();
      } else if (c == '=') {
        ++at_;
        parse_value(into, keyword(word));
        word.clear();
      } else if (c == '}') {
        ++at_;
        if (level > 0) return;
        complain(here() + "a } without its {");
      } else if (c == ';') {
        ++at_;
        word.clear();
      } else {
        ++at_;
        // A "{" may stand on the line after its keyword.
        if (c != '\n' && !(word.empty() && is_blank(c))) word += c;
      }
    }
    if (level > 0) complain(here() + "the file ends within \"" + into.kind + "\"");
  }

  void parse_nested(Resource& into, const std::string& kind, int level) {
    Resource nested;
    nested.kind = kind;
    if (level < deepest) {
      parse_body(nested, level + 1);
    } else {
      complain(here() + "resources are nested too deep");
      at_ = text_.size();
    }
    into.nested.push_back(std::move(nested));
  }

  void parse_value(Resource& into, const std::string& key) {
    const bool secret = is_secret(key);
    for (bool more = true; more;) {
      skip_blanks();
      std::string value = !ended() && look() == '"' ? quoted(!secret) : unquoted(!secret);
      if (!secret && value.starts_with('@')) {
        complain(here() + "the value of \"" + key + "\" is another file's, and was not followed");
      } else if (!secret) {
        into.values.emplace(key, std::move(value));
      }
      skip_blanks();
      more = !ended() && look() == ',';
      if (more) ++at_;
    }
  }

  // lex_get_token() in lib/lex.c: a backslash takes the next character as it is.
  std::string quoted(bool keep) {
    std::string value;
    ++at_;
    while (!ended() && look() != '"' && look() != '\n') {
      if (look() == '\\' && at_ + 1 < text_.size()) ++at_;
      if (keep) value += look();
      ++at_;
    }
    if (ended() || look() == '\n') {
      complain(here() + "a quote is not closed");
    } else {
      ++at_;
    }
    return value;
  }

  std::string unquoted(bool keep) {
    std::string value;
    while (!ended() && look() != '\n' && look() != ';' && look() != '#' && look() != '}') {
      if (keep) value += look();
      ++at_;
    }
    return without_blanks_around(value);
  }

  void include(Resource& into) {
    ++at_;
    std::string name;
    if (!ended() && look() == '"') {
      name = quoted(true);
    } else {
      while (!ended() && !std::isspace(static_cast<unsigned char>(look())) && look() != ';') {
        name += look();
        ++at_;
      }
    }
    if (name.starts_with('|')) {
      skip_comment();
      return complain(here() + "what the command \"" + name.substr(1) +
                      "\" would print is not known here: commands are not run");
    }
    if (name.empty()) return complain(here() + "an @ without a file");
    // Bacula opens it from its working directory, which is of no use here.
    if (!name.starts_with('/')) name = path_.substr(0, path_.rfind('/') + 1) + name;
    parse_file(name, into, depth_ + 1);
  }

  const ReadFile& read_;
  std::vector<std::string>& problems_;
  std::vector<std::string> open_;  // files, the innermost last
  std::string text_, path_;
  std::size_t at_ = 0;
  int depth_ = 0;
  std::size_t budget_ = 4 * 1024 * 1024;
};

}  // namespace

bool is_secret(const std::string& word) {
  const auto has = [&word](const char* part) {
    return word.find(part) != std::string::npos;
  };
  return has("password") || has("passphrase") || has("secret") || has("accesskey") ||
         (has("key") && (has("tls") || has("pki") || has("encrypt")));
}

std::string Resource::value(const std::string& key) const {
  const auto found = values.find(key);
  return found == values.end() ? "" : found->second;
}

std::vector<std::string> Resource::all(const std::string& key) const {
  std::vector<std::string> found;
  const auto [from, to] = values.equal_range(key);
  for (auto at = from; at != to; ++at) found.push_back(at->second);
  return found;
}

std::vector<const Resource*> Configuration::of_kind(const std::string& kind) const {
  std::vector<const Resource*> found;
  for (const auto& resource : resources)
    if (resource.kind == kind) found.push_back(&resource);
  return found;
}

const Resource* Configuration::find(const std::string& kind, const std::string& name) const {
  for (const auto* resource : of_kind(kind))
    if (resource->name() == name) return resource;
  return nullptr;
}

Configuration parse_configuration(const std::string& path, const ReadFile& read) {
  Configuration configuration;
  if (!read(path)) return configuration;
  configuration.file = path;
  Resource top;
  Parser(read, configuration.problems).parse_file(path, top, 0);
  configuration.resources = std::move(top.nested);
  return configuration;
}

Configuration read_configuration(const std::string& path, const std::string& root) {
  return parse_configuration(path, [&root](const std::string& file) -> std::optional<std::string> {
    if (!system::exists(root + file)) return std::nullopt;
    return system::read_file_or(root + file, "");
  });
}

}  // namespace recover::bacula
