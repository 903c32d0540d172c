// Reads TOML so that every mistake is told with file, line, column and the word that is wrong. A key that
// nobody asked for is a mistake too, and the nearest key that somebody asked for is offered.
//
//     auto document = TomlFile::load("machine.toml");
//     auto machine = document.root().table("machine");
//     profile.name = machine.text("name");
//     document.root().finish();       // throws on unknown keys, here and in every table that was opened
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace recover {

class TomlTable {
 public:
  struct Node;  // toml++ stays in toml_file.cpp
  explicit TomlTable(std::shared_ptr<Node> node) : node_(std::move(node)) {}

  bool has(std::string_view key);
  std::vector<std::string> keys() const;

  // Each throws UsageError when the key is missing (those without a default) or of another type.
  std::string text(std::string_view key);
  std::string text_or(std::string_view key, std::string otherwise);
  std::int64_t integer(std::string_view key);
  std::int64_t integer_or(std::string_view key, std::int64_t otherwise);
  bool boolean_or(std::string_view key, bool otherwise);
  std::vector<std::string> texts_or(std::string_view key, std::vector<std::string> otherwise);
  TomlTable table(std::string_view key);
  std::vector<TomlTable> tables(std::string_view key);  // array of tables; empty when missing

  // Throws UsageError "FILE:LINE:COLUMN: PROBLEM" at the key's value (at the table when the key is not
  // there).
  [[noreturn]] void refuse(std::string_view key, const std::string& problem, const std::string& remedy) const;
  // Throws UsageError for the first key that was never asked for.
  void finish() const;

 private:
  std::shared_ptr<Node> node_;
};

class TomlFile {
 public:
  // Throws UsageError: missing, unreadable, no TOML.
  static TomlFile load(const std::string& path);
  static TomlFile parse(const std::string& text, const std::string& source);

  TomlTable root() const { return root_; }

 private:
  explicit TomlFile(TomlTable root) : root_(std::move(root)) {}
  TomlTable root_;
};

}  // namespace recover
