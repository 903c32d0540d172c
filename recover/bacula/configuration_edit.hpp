// Changes in the text of Bacula's configuration files: what is not changed keeps its bytes. Commands that are
// included are replaced by what they printed, and names of files by whole paths, so that the files alone are
// enough. The difference shows what becomes of each line, without secrets.
//
//     ConfigurationEdits edits(text);
//     edits.remove(node);
//     for (const auto& [path, content] : edits.files()) ...
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "recover/bacula/configuration_text.hpp"

namespace recover::bacula {

class ConfigurationEdits {
 public:
  explicit ConfigurationEdits(const ConfigurationText& text);

  // With its whole line, and the comment behind it, when nothing else stands there.
  void remove(const ConfigurationNode& node);
  void replace(const Place& place, const std::string& by);
  // Behind the "{" of a block, as its first directive.
  void insert(const ConfigurationNode& block, const std::string& directive);
  void append(std::size_t file, const std::string& resource);
  // In the difference it stands as `shown`; and a secret's `value` nowhere.
  void hide(const Place& place, const std::string& shown);
  void hide_value(const std::string& value);

  std::map<std::string, std::string> files() const;  // by path
  std::string difference() const;
  // Sentences: changes that cannot be made in this text.
  const std::set<std::string>& conflicts() const { return conflicts_; }

 private:
  struct Edit {
    std::size_t begin = 0, end = 0;
    std::string by;
    bool prints = false;      // replaced by what the command printed
    std::size_t printed = 0;  // files[printed]
    bool operator==(const Edit&) const = default;
  };
  using Edits = std::vector<Edit>;  // sorted, without overlap

  void add(std::size_t file, Edit edit);
  Edits edits_of(std::size_t file) const;
  std::string piece(std::size_t file, std::size_t begin, std::size_t end, bool masked) const;
  std::string changed(std::size_t file, std::size_t begin, std::size_t end, Edits::const_iterator from,
                      Edits::const_iterator to, bool masked) const;
  std::string whole(std::size_t file, bool masked) const;
  std::string difference_of(std::size_t file) const;
  std::string shown(const std::string& lines, char sign) const;

  const ConfigurationText& text_;
  std::vector<std::size_t> first_;      // of each file: the first of the same path
  std::map<std::size_t, Edits> edits_;  // by first_
  std::map<std::size_t, std::map<std::size_t, std::pair<std::size_t, std::string>>> hidden_;
  std::set<std::string> values_;
  std::set<std::string> conflicts_;
};

}  // namespace recover::bacula
