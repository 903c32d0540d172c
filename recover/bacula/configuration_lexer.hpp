// The words of Bacula's configuration files, each with its place in its file: lex_get_token() in lib/lex.c,
// measured with Bacula 9.6.7. Included files are followed where their "@" stands, between any two words.
//
//     Lexer lexer(sources, text);
//     if (lexer.open("/etc/bacula/bacula-dir.conf"))
//       while (lexer.next().kind != Token::Kind::end) ...
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "recover/bacula/configuration_text.hpp"

namespace recover::bacula {

struct Token {
  enum class Kind { identifier, text, number, quoted, open, close, equals, comma, end_of_line, end };
  Kind kind = Kind::end;
  std::string text;  // without quotes and backslashes; of an identifier without blanks
  Place place;
};

class Lexer {
 public:
  Lexer(const Sources& sources, ConfigurationText& into) : sources_(sources), into_(into) {}

  bool open(const std::string& path);
  Token next();
  void put_back(Token token) { held_ = std::move(token); }

  // Where what was read so far ends in that file: behind the last token, or behind the "@file" that leads to
  // it. Nothing when that file has come to its end.
  std::optional<std::size_t> end_in(std::size_t file) const;
  std::size_t file() const { return open_.empty() ? 0 : open_.back().file; }
  // Of a secret's file nothing is told.
  void hush(bool secret) { secret_ = secret; }
  void complain(const std::string& sentence);
  void complain_here(const std::string& sentence);

 private:
  struct Frame {
    std::size_t file = 0, at = 0;
    std::size_t token_begin = 0, token_end = 0;  // of the last one
    std::size_t include_end = 0;                 // of the "@" in this file that was followed last
  };

  const std::string& text() const { return into_.files[open_.back().file].text; }
  bool ended() const { return open_.back().at >= text().size(); }
  char look() const { return text()[open_.back().at]; }
  bool may_read(std::size_t bytes);
  bool push(ConfigurationFile file);
  Token token(Token::Kind kind, std::size_t begin, std::string value);
  bool skip_between();
  Token quoted();
  Token word();
  void include();
  void include_file(const std::string& name, std::size_t statement);
  void include_command(const std::string& command, std::size_t statement);

  const Sources& sources_;
  ConfigurationText& into_;
  std::vector<Frame> open_;
  std::optional<Token> held_;
  bool secret_ = false;
  std::size_t budget_ = std::size_t{4} * 1024 * 1024;
};

// What open_bpipe() in lib/bpipe.c makes of a command: no shell is asked.
std::vector<std::string> command_words(const std::string& command);

}  // namespace recover::bacula
