#include "recover/bacula/configuration_text.hpp"

#include <algorithm>
#include <cctype>

#include "recover/bacula/configuration_lexer.hpp"

namespace recover::bacula {
namespace {

constexpr int deepest = 10;  // of resources within resources
using Kind = Token::Kind;

class TreeParser {
 public:
  TreeParser(ConfigurationText& text, const Sources& sources) : text_(text), lexer_(sources, text) {}

  std::vector<ConfigurationNode> parse(const std::string& path) {
    std::vector<ConfigurationNode> nodes;
    if (lexer_.open(path)) parse_body(nodes, 0);
    return nodes;
  }

 private:
  // Up to the "}" that ends it, or the end of the file; false: it was not ended. What follows a } or a value
  // on its line is read as a directive of its own, as Bacula does.
  bool parse_body(std::vector<ConfigurationNode>& into, int level) {
    for (;;) {
      const auto token = lexer_.next();
      switch (token.kind) {
        case Kind::end:
          return false;
        case Kind::end_of_line:
          break;
        case Kind::close:
          if (level > 0) return true;
          lexer_.complain_here("a } without its {");
          break;
        case Kind::open:
        case Kind::equals:
        case Kind::comma:
          lexer_.complain_here("a keyword is missing here");
          skip_to_end_of_line(level);
          break;
        default:
          parse_node(into, token, level);
      }
    }
  }

  void parse_node(std::vector<ConfigurationNode>& into, const Token& word, int level) {
    ConfigurationNode node;
    node.word = keyword(word.text);
    node.place = word.place;
    auto token = lexer_.next();
    while (token.kind == Kind::end_of_line) token = lexer_.next();
    if (token.kind == Kind::open) {
      parse_block(node, token, level);
    } else if (token.kind == Kind::equals) {
      parse_value(node, level);
    } else {
      lexer_.complain_here("neither = nor { follows a keyword");
      lexer_.put_back(std::move(token));
      return skip_to_end_of_line(level);
    }
    node.torn = node.torn || !end_;
    node.place.end = end_.value_or(node.place.end);
    into.push_back(std::move(node));
  }

  void parse_block(ConfigurationNode& node, const Token& open, int level) {
    node.block = true;
    node.value = {open.place.file, open.place.end, open.place.end};
    if (level >= deepest) {
      lexer_.complain_here("resources are nested too deep");
      node.torn = true;
      return give_up();
    }
    if (!parse_body(node.nodes, level + 1)) {
      lexer_.complain_here("the file ends within \"" + node.word + "\"");
      node.torn = true;
      return;
    }
    remember_end(node);
    const auto end = lexer_.end_in(node.value.file);
    if (end && lexer_.file() == node.value.file)
      node.value.end = *end - 1;
    else
      node.torn = true;
  }

  void remember_end(const ConfigurationNode& node) { end_ = lexer_.end_in(node.place.file); }

  void give_up() {
    while (lexer_.next().kind != Kind::end) {
    }
  }

  void skip_to_end_of_line(int level) {
    for (;;) {
      auto token = lexer_.next();
      if (token.kind == Kind::end || token.kind == Kind::end_of_line) return;
      if (token.kind == Kind::close) return lexer_.put_back(std::move(token));
      if (token.kind == Kind::open) skip_block(level);
    }
  }
  void skip_block(int level) {
    std::vector<ConfigurationNode> lost;
    if (level >= deepest) return give_up();
    parse_body(lost, level + 1);
  }

  void parse_value(ConfigurationNode& node, int level) {
    lexer_.hush(is_secret(node.word));
    auto token = lexer_.next();
    lexer_.hush(false);
    if (token.kind == Kind::end || token.kind == Kind::end_of_line || token.kind == Kind::close)
      end_ = node.place.end;
    else
      remember_end(node);
    if (token.kind == Kind::open) return parse_block(node, token, level);
    node.value = {token.place.file, token.place.begin, token.place.begin};
    Token first, last;
    bool begun = false;
    const auto finish = [&] {
      if (begun) node.values.push_back(value_of(first, last));
      begun = false;
    };
    for (;; token = lexer_.next()) {
      if (token.kind == Kind::end || token.kind == Kind::end_of_line) break;
      if (token.kind == Kind::close) {
        lexer_.put_back(std::move(token));
        break;
      }
      if (token.kind == Kind::open) {
        lexer_.complain_here("a { within a value");
        skip_block(level);
      } else if (token.kind == Kind::comma) {
        finish();
      } else {
        if (!begun) first = token;
        last = token;
        begun = true;
      }
      if (token.place.file == node.value.file) node.value.end = std::max(node.value.end, token.place.end);
      remember_end(node);
    }
    finish();
    if (!node.values.empty()) return;
    lexer_.hush(is_secret(node.word));
    lexer_.complain_here("no value follows the =");
    lexer_.hush(false);
  }

  // Bacula takes the first word of what it wants as a name or a string, and forgets what follows. A number
  // may have a unit.
  std::string value_of(const Token& first, const Token& last) const {
    if (first.kind != Kind::number || first.place.file != last.place.file) return first.text;
    return text_.files[first.place.file].text.substr(first.place.begin, last.place.end - first.place.begin);
  }

  ConfigurationText& text_;
  Lexer lexer_;
  // Of the node that was read last, in the file that it begins in; nothing when that file has ended before.
  std::optional<std::size_t> end_;
};

}  // namespace

const ConfigurationNode* ConfigurationNode::find(const std::string& key) const {
  for (const auto& node : nodes)
    if (!node.block && node.word == key) return &node;
  return nullptr;
}

std::string ConfigurationNode::text(const std::string& key) const {
  const auto* node = find(key);
  return node == nullptr || node->values.empty() ? "" : node->values.front();
}

std::vector<ConfigurationNode> parse_into(ConfigurationText& text, const std::string& path,
                                          const Sources& sources) {
  return TreeParser(text, sources).parse(path);
}

std::size_t line_of(const ConfigurationText& text, const Place& place) {
  const auto& all = text.files[place.file].text;
  const auto end = all.begin() + static_cast<std::ptrdiff_t>(std::min(place.begin, all.size()));
  return 1 + static_cast<std::size_t>(std::count(all.begin(), end, '\n'));
}

std::string keyword(const std::string& text) {
  std::string word;
  for (const char c : text)
    if (std::isspace(static_cast<unsigned char>(c)) == 0)
      word += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return word;
}

bool is_secret(const std::string& word) {
  const auto has = [&word](const char* part) {
    return word.find(part) != std::string::npos;
  };
  return has("password") || has("passphrase") || has("secret") || has("accesskey") ||
         (has("key") && (has("tls") || has("pki") || has("encrypt")));
}

}  // namespace recover::bacula
