#include "recover/toml_file.hpp"

#include <toml++/toml.h>
#include <set>

#include "recover/error.hpp"
#include "recover/system/files.hpp"
#include "recover/system/text.hpp"

namespace recover {

struct TomlTable::Node {
  std::shared_ptr<toml::table> document;  // keeps the text alive
  const toml::table* table;
  std::string file;
  std::string name;  // of the table, for messages: "[machine]"
  std::set<std::string, std::less<>> asked;
  std::vector<std::shared_ptr<Node>> opened;
};

namespace {

std::string place(const std::string& file, const toml::source_region& region) {
  return file + ":" + std::to_string(region.begin.line) + ":" + std::to_string(region.begin.column);
}

std::string type_name(const toml::node& node) {
  switch (node.type()) {
    case toml::node_type::string:
      return "a text";
    case toml::node_type::integer:
      return "a whole number";
    case toml::node_type::floating_point:
      return "a number with a fraction";
    case toml::node_type::boolean:
      return "true or false";
    case toml::node_type::array:
      return "a list";
    case toml::node_type::table:
      return "a table";
    default:
      return "a date or time";
  }
}

const toml::node* find(TomlTable::Node& node, std::string_view key) {
  node.asked.emplace(key);
  return node.table->get(key);
}

[[noreturn]] void missing(const TomlTable::Node& node, std::string_view key) {
  throw UsageError(place(node.file, node.table->source()) + ": the key \"" + std::string(key) +
                       "\" is missing in " + node.name,
                   "Add it; docs/formats.md describes every key");
}

[[noreturn]] void wrong_type(const TomlTable::Node& node, std::string_view key, const toml::node& value,
                             const std::string& wanted) {
  throw UsageError(place(node.file, value.source()) + ": \"" + std::string(key) + "\" in " + node.name +
                       " must be " + wanted + ", but is " + type_name(value),
                   "Correct it; docs/formats.md describes every key");
}

template <typename T>
T value_of(TomlTable::Node& node, std::string_view key, const std::string& wanted) {
  const auto* value = find(node, key);
  if (!value) missing(node, key);
  if (const auto found = value->value_exact<T>()) return *found;
  wrong_type(node, key, *value, wanted);
}

std::shared_ptr<TomlTable::Node> open_table(TomlTable::Node& parent, const toml::table& table,
                                            std::string name) {
  auto node = std::make_shared<TomlTable::Node>(
      TomlTable::Node{parent.document, &table, parent.file, std::move(name), {}, {}});
  parent.opened.push_back(node);
  return node;
}

void refuse_unknown(const TomlTable::Node& node) {
  for (const auto& [key, value] : *node.table) {
    const std::string name(key.str());
    if (node.asked.contains(name)) continue;
    const auto near = system::nearest(name, node.asked);
    throw UsageError(
        place(node.file, key.source()) + ": unknown key \"" + name + "\" in " + node.name,
        near.empty() ? "Remove it; docs/formats.md lists the known keys" : "Did you mean \"" + near + "\"?");
  }
  for (const auto& opened : node.opened) refuse_unknown(*opened);
}

// Each dot of a key is a table in a table, and toml++ destroys them one within the other: some ten thousand
// overflow the stack. Dots in quotes and comments do not count.
void refuse_deep_keys(const std::string& text, const std::string& source) {
  constexpr int most_dots = 5000;
  int dots = 0, line = 1;
  char quote = 0;
  bool comment = false, escaped = false;
  for (const char c : text) {
    if (c == '\n') {
      ++line;
      quote = 0;
      comment = escaped = false;
    } else if (quote != 0) {
      if (c == quote && !escaped) quote = 0;
      escaped = c == '\\' && !escaped && quote == '"';
    } else if (c == '#') {
      comment = true;
    } else if (!comment && (c == '"' || c == '\'')) {
      quote = c;
    } else if (!comment && c == '.' && ++dots > most_dots) {
      throw UsageError(source + ":" + std::to_string(line) + ": the tables are nested too deep",
                       "Correct that line");
    }
  }
}

}  // namespace

bool TomlTable::has(std::string_view key) {
  return find(*node_, key) != nullptr;
}

std::vector<std::string> TomlTable::keys() const {
  std::vector<std::string> names;
  for (const auto& [key, value] : *node_->table) names.emplace_back(key.str());
  return names;
}

std::string TomlTable::text(std::string_view key) {
  return value_of<std::string>(*node_, key, "a text");
}
std::string TomlTable::text_or(std::string_view key, std::string otherwise) {
  return has(key) ? text(key) : std::move(otherwise);
}
std::int64_t TomlTable::integer(std::string_view key) {
  return value_of<std::int64_t>(*node_, key, "a whole number");
}
std::int64_t TomlTable::integer_or(std::string_view key, std::int64_t otherwise) {
  return has(key) ? integer(key) : otherwise;
}
bool TomlTable::boolean_or(std::string_view key, bool otherwise) {
  return has(key) ? value_of<bool>(*node_, key, "true or false") : otherwise;
}

std::vector<std::string> TomlTable::texts_or(std::string_view key, std::vector<std::string> otherwise) {
  const auto* value = find(*node_, key);
  if (!value) return otherwise;
  if (!value->is_array()) wrong_type(*node_, key, *value, "a list of texts");
  std::vector<std::string> texts;
  for (const auto& item : *value->as_array()) {
    const auto text = item.value_exact<std::string>();
    if (!text) wrong_type(*node_, key, item, "a list of texts");
    texts.push_back(*text);
  }
  return texts;
}

TomlTable TomlTable::table(std::string_view key) {
  const auto* value = find(*node_, key);
  if (!value) missing(*node_, key);
  if (!value->is_table()) wrong_type(*node_, key, *value, "a table");
  return TomlTable(open_table(*node_, *value->as_table(), "[" + std::string(key) + "]"));
}

std::vector<TomlTable> TomlTable::tables(std::string_view key) {
  const auto* value = find(*node_, key);
  if (!value) return {};
  if (!value->is_array()) wrong_type(*node_, key, *value, "a list of tables");
  std::vector<TomlTable> tables;
  for (const auto& item : *value->as_array()) {
    if (!item.is_table()) wrong_type(*node_, key, item, "a list of tables");
    tables.emplace_back(
        open_table(*node_, *item.as_table(),
                   "[[" + std::string(key) + "]] number " + std::to_string(tables.size() + 1)));
  }
  return tables;
}

void TomlTable::refuse(std::string_view key, const std::string& problem, const std::string& remedy) const {
  const auto* value = node_->table->get(key);
  throw UsageError(place(node_->file, value ? value->source() : node_->table->source()) + ": " + problem,
                   remedy);
}

void TomlTable::finish() const {
  refuse_unknown(*node_);
}

TomlFile TomlFile::load(const std::string& path) {
  try {
    return parse(system::read_file(path), path);
  } catch (const Failed& error) {
    throw UsageError(error.problem(), error.remedy());
  }
}

TomlFile TomlFile::parse(const std::string& text, const std::string& source) {
  refuse_deep_keys(text, source);
  try {
    auto document = std::make_shared<toml::table>(toml::parse(text, source));
    auto* table = document.get();
    return TomlFile(TomlTable(std::make_shared<TomlTable::Node>(
        TomlTable::Node{std::move(document), table, source, "the top of the file", {}, {}})));
  } catch (const toml::parse_error& error) {
    throw UsageError(place(source, error.source()) + ": this is no TOML: " + std::string(error.description()),
                     "Correct that line");
  }
}

}  // namespace recover
