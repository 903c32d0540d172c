#include "recover/grub_config.hpp"

#include <algorithm>
#include <cctype>
#include <initializer_list>
#include <map>
#include <string_view>

namespace recover {
namespace {

using Words = std::vector<std::string>;

bool is_one_of(std::string_view word, std::initializer_list<std::string_view> words) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

bool is_name(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_';
}

// Cuts the text into commands of words, as far as grub-mkconfig's output needs it (GRUB manual, "Shell-like
// scripting"): quotes, escapes, comments, variables that a `set` before has given a value. What a condition
// says is not asked: the commands of both branches come.
class Script {
 public:
  explicit Script(const std::string& text) : text_(text) {}

  // The next command's words; "{" and "}" are commands of their own. False at the end.
  bool next(Words& words) {
    words.clear();
    while (at_ < text_.size()) {
      const char c = text_[at_];
      if (c == '\n' || c == ';') {
        ++at_;
        if (!words.empty()) break;
      } else if (std::isspace(static_cast<unsigned char>(c)) != 0) {
        ++at_;
      } else if (c == '#') {
        at_ = std::min(text_.find('\n', at_), text_.size());
      } else if (is_brace(at_)) {
        if (!words.empty()) break;
        words.emplace_back(1, c);
        ++at_;
        break;
      } else {
        words.push_back(word());
      }
    }
    if (words.size() == 2 && words[0] == "set") remember(words[1]);
    return !words.empty();
  }

 private:
  bool is_end(std::size_t at) const {
    return at >= text_.size() || std::isspace(static_cast<unsigned char>(text_[at])) != 0 || text_[at] == ';';
  }
  // A brace that stands alone; "{1..3}" and "a{b" are words.
  bool is_brace(std::size_t at) const { return (text_[at] == '{' || text_[at] == '}') && is_end(at + 1); }

  std::string word() {
    std::string word;
    while (!is_end(at_)) {
      const char c = text_[at_++];
      if (c == '\'') {
        const auto end = std::min(text_.find('\'', at_), text_.size());
        word += text_.substr(at_, end - at_);
        at_ = std::min(end + 1, text_.size());
      } else if (c == '"') {
        while (at_ < text_.size() && text_[at_] != '"') take(word, text_[at_++]);
        if (at_ < text_.size()) ++at_;
      } else {
        take(word, c);
      }
    }
    return word;
  }

  // One letter outside of single quotes.
  void take(std::string& word, char c) {
    if (c == '$') {
      word += variable();
    } else if (c == '\\' && at_ < text_.size()) {
      if (text_[at_] != '\n') word += text_[at_];
      ++at_;
    } else {
      word += c;
    }
  }

  std::string variable() {
    const bool braces = at_ < text_.size() && text_[at_] == '{';
    if (braces) ++at_;
    const auto begin = at_;
    while (at_ < text_.size() && (is_name(text_[at_]) || (braces && text_[at_] != '}' && !is_end(at_))))
      ++at_;
    const auto found = values_.find(text_.substr(begin, at_ - begin));
    if (braces && at_ < text_.size() && text_[at_] == '}') ++at_;
    if (found == values_.end() || found->second.size() > may_expand_) return "";
    may_expand_ -= found->second.size();
    return found->second;
  }

  void remember(const std::string& assignment) {
    const auto equals = assignment.find('=');
    if (equals != std::string::npos) values_[assignment.substr(0, equals)] = assignment.substr(equals + 1);
  }

  const std::string& text_;
  std::size_t at_ = 0;
  std::map<std::string, std::string> values_;
  // A few lines of "set a=$a$a" would fill the memory; what grub-mkconfig writes needs some KiB.
  std::size_t may_expand_ = 1024 * 1024;
};

void drop_keywords(Words& words) {
  words.erase(words.begin(), std::find_if_not(words.begin(), words.end(), [](const std::string& word) {
                return is_one_of(word, {"then", "else", "do"});
              }));
}

// "(hd0,gpt2)/vmlinuz", "($root)/vmlinuz", "newc:name:/initrd.img": the path alone.
std::string path_of(std::string word) {
  if (word.starts_with("newc:")) word = word.substr(word.rfind(':') + 1);
  if (word.starts_with('(')) word = word.substr(std::min(word.find(')') + 1, word.size()));
  return word;
}

std::string base_name(const std::string& path) {
  return path.substr(path.rfind('/') + 1);
}

// Started by "linux" as well: Debian's memtest86+, iPXE.
bool is_linux(const BootMenuEntry& entry) {
  const auto name = base_name(entry.kernel);
  return !name.empty() && !name.starts_with("memtest") && !name.starts_with("ipxe");
}

std::string root_of(const Words& arguments) {
  std::string root;
  for (const auto& word : arguments)  // the kernel takes the last one
    if (word.starts_with("root=")) root = word.substr(5);
  return root;
}

// The UUID that "search" looks for; empty: it looks for something else.
std::string searched(const Words& words) {
  if (words.size() > 1 && words[0] == "search.fs_uuid") return words[1];
  if (words[0] != "search") return {};
  bool by_uuid = false;
  std::string last;
  for (std::size_t i = 1; i < words.size(); ++i) {
    const auto& word = words[i];
    by_uuid |= is_one_of(word, {"--fs-uuid", "-u"});
    if (word.starts_with("--hint") && word.find('=') == std::string::npos) {
      ++i;  // its argument
    } else if (!word.starts_with('-')) {
      last = word;
    }
  }
  return by_uuid ? last : "";
}

void take_command(const Words& words, BootMenuEntry& entry) {
  if (is_one_of(words[0], {"linux", "linux16", "linuxefi"}) && words.size() > 1) {
    entry.kernel = path_of(words[1]);
    entry.root = root_of(words);
  } else if (is_one_of(words[0], {"initrd", "initrd16", "initrdefi"})) {
    entry.initramfs.clear();
    for (std::size_t i = 1; i < words.size(); ++i)
      if (const auto path = path_of(words[i]); path.starts_with('/')) entry.initramfs.push_back(path);
  } else if (const auto uuid = searched(words); !uuid.empty()) {
    entry.filesystem = uuid;
  }
}

}  // namespace

std::vector<BootMenuEntry> parse_grub_config(const std::string& text) {
  std::vector<BootMenuEntry> entries;
  Script script(text);
  Words words;
  int depth = 0, entry_depth = 0;  // of braces; of those of the entry, when within one
  BootMenuEntry entry;
  std::string searched_before, title;
  bool entry_begins = false;
  while (script.next(words)) {
    drop_keywords(words);
    if (words.empty()) continue;
    if (words[0] == "{") {
      ++depth;
      if (entry_begins) {
        entry = {};
        entry.title = title;
        entry_depth = depth;
      }
      entry_begins = false;
    } else if (words[0] == "}") {
      if (entry_depth == depth && entry_depth > 0) {
        if (is_linux(entry)) {
          // Without a "search" of its own an entry has the root that was looked for before the menu.
          if (entry.filesystem.empty()) entry.filesystem = searched_before;
          entries.push_back(entry);
        }
        entry_depth = 0;
      }
      depth = std::max(0, depth - 1);
    } else if (words[0] == "menuentry" && words.size() > 1) {
      title = words[1];
      entry_begins = true;
    } else if (entry_depth > 0) {
      take_command(words, entry);
    } else if (const auto uuid = searched(words); !uuid.empty()) {
      searched_before = uuid;
    }
  }
  return entries;
}

BootMenuEntry parse_boot_loader_entry(const std::string& text) {
  BootMenuEntry entry;
  for (std::size_t begin = 0; begin < text.size();) {
    const auto end = std::min(text.find('\n', begin), text.size());
    const auto line = text.substr(begin, end - begin);
    begin = end + 1;
    Words words;
    Script(line).next(words);
    if (words.size() < 2) continue;
    if (words[0] == "title") {
      // The rest of the line as it stands; when the keyword itself was quoted, as it was understood.
      const auto keyword = line.find("title");
      const auto begins = keyword == std::string::npos ? keyword : line.find_first_not_of(" \t", keyword + 5);
      entry.title = begins == std::string::npos ? words[1] : line.substr(begins);
    } else if (words[0] == "linux") {
      entry.kernel = path_of(words[1]);
    } else if (words[0] == "initrd") {
      for (std::size_t i = 1; i < words.size(); ++i)
        if (words[i].starts_with('/')) entry.initramfs.push_back(words[i]);
    } else if (words[0] == "options") {
      if (const auto root = root_of(words); !root.empty()) entry.root = root;
    }
  }
  return entry;
}

std::vector<std::string> named_uuids(const std::string& text) {
  std::vector<std::string> uuids;
  const auto add = [&](const std::string& uuid) {
    if (!uuid.empty() && std::find(uuids.begin(), uuids.end(), uuid) == uuids.end()) uuids.push_back(uuid);
  };
  Script script(text);
  for (Words words; script.next(words);) {
    drop_keywords(words);
    if (words.empty()) continue;
    add(searched(words));
    const auto root = root_of(words);
    for (const std::string_view prefix : {"UUID=", "/dev/disk/by-uuid/"})
      if (root.starts_with(prefix)) add(root.substr(prefix.size()));
  }
  return uuids;
}

std::string kernel_version(const std::string& kernel) {
  auto name = base_name(kernel);
  const auto dash = name.find('-');
  if (dash == std::string::npos || dash + 1 == name.size() ||
      std::isdigit(static_cast<unsigned char>(name[dash + 1])) == 0)
    return {};
  name = name.substr(dash + 1);
  // Debian's signed copy, and what "make install" leaves of the kernel before.
  for (const std::string_view suffix : {".signed", ".efi", ".old"})
    if (name.ends_with(suffix)) name.resize(name.size() - suffix.size());
  return name;
}

}  // namespace recover
