#include "recover/bacula/configuration_lexer.hpp"

#include <algorithm>
#include <cctype>
#include <string_view>

#include "recover/system/text.hpp"

namespace recover::bacula {
namespace {

constexpr std::size_t most_problems = 100;
constexpr std::size_t cost_of_a_file = 1000;  // of the bytes that may be read, besides its own
constexpr std::size_t deepest = 10;           // of files that include files

bool is_blank(char c) {
  return c == ' ' || c == '\t' || c == '\r' || c == '\v' || c == '\f';
}
bool is_letter(char c) {
  return std::isalpha(static_cast<unsigned char>(c)) != 0;
}
bool is_digit(char c) {
  return std::isdigit(static_cast<unsigned char>(c)) != 0;
}
bool is_one_of(char c, std::string_view some) {
  return some.find(c) != std::string_view::npos;
}

}  // namespace

bool Lexer::open(const std::string& path) {
  auto text = sources_.read(path);
  if (!text) return false;
  if (!may_read(text->size() + cost_of_a_file)) {
    complain(path + " is not followed: there is too much to read");
    return false;
  }
  return push({path, std::move(*text), ""});
}

// Files that include each other many times would never come to an end.
bool Lexer::may_read(std::size_t bytes) {
  if (bytes > budget_) return false;
  budget_ -= bytes;
  return true;
}

bool Lexer::push(ConfigurationFile file) {
  Frame frame;
  frame.file = into_.files.size();
  if (file.text.starts_with("\xEF\xBB\xBF")) frame.at = 3;
  into_.files.push_back(std::move(file));
  open_.push_back(frame);
  return true;
}

// Rubbish is not told byte by byte.
void Lexer::complain(const std::string& sentence) {
  auto& problems = into_.problems;
  if (problems.size() > most_problems) return;
  const bool last = problems.size() == most_problems;
  const auto path = open_.empty() ? "" : into_.files[file()].path;
  problems.push_back(
      {system::printable(last ? path + " has more problems of such a kind" : sentence), secret_ && !last});
}

void Lexer::complain_here(const std::string& sentence) {
  if (into_.problems.size() > most_problems) return;
  const auto at = open_.empty() ? 0 : open_.back().token_begin;
  const auto& file_here = into_.files[file()];
  complain(file_here.path + ", line " + std::to_string(line_of(into_, {file(), at, at})) +
           (file_here.command.empty() ? "" : " of what a command printed") + ": " + sentence);
}

std::optional<std::size_t> Lexer::end_in(std::size_t file) const {
  for (std::size_t i = 0; i < open_.size(); ++i)
    if (open_[i].file == file) return i + 1 == open_.size() ? open_[i].token_end : open_[i].include_end;
  return std::nullopt;
}

Token Lexer::token(Token::Kind kind, std::size_t begin, std::string value) {
  auto& frame = open_.back();
  frame.token_begin = begin;
  frame.token_end = frame.at;
  return {kind, std::move(value), {frame.file, begin, frame.at}};
}

// Blanks, comments, continued lines and files that are included or end. False: all has come to its end.
bool Lexer::skip_between() {
  for (;;) {
    if (ended()) {
      if (open_.size() == 1) return false;
      open_.pop_back();
      continue;
    }
    auto& at = open_.back().at;
    const char c = look();
    if (is_blank(c)) {
      ++at;
    } else if (c == '#') {
      at = std::min(text().find('\n', at), text().size());
    } else if (c == '@') {
      include();
    } else if (c == '\\') {
      // Before a blank it continues the line, and hides what stands behind it; before all else both are lost.
      ++at;
      if (!ended() && (is_blank(look()) || look() == '\n'))
        at = std::min(text().find('\n', at), text().size());
      if (!ended()) ++at;
    } else {
      return true;
    }
  }
}

Token Lexer::next() {
  if (held_) {
    auto held = std::move(*held_);
    held_.reset();
    return held;
  }
  if (open_.empty() || !skip_between()) return {};
  auto& at = open_.back().at;
  const auto begin = at;
  const char c = look();
  const std::string_view signs = "{}=,;\n";
  constexpr Token::Kind kinds[] = {Token::Kind::open,  Token::Kind::close,       Token::Kind::equals,
                                   Token::Kind::comma, Token::Kind::end_of_line, Token::Kind::end_of_line};
  if (const auto sign = signs.find(c); sign != std::string_view::npos) {
    ++at;
    return token(kinds[sign], begin, std::string(1, c));
  }
  return c == '"' ? quoted() : word();
}

// A backslash takes the next character as it is; a quote may go over lines.
Token Lexer::quoted() {
  auto& at = open_.back().at;
  const auto begin = at++;
  std::string value;
  while (!ended() && look() != '"') {
    if (look() == '\\' && at + 1 < text().size()) ++at;
    if (look() != '\r' || at + 1 >= text().size() || text()[at + 1] != '\n') value += look();
    ++at;
  }
  if (ended()) {
    open_.back().token_begin = begin;
    complain_here("a quote is not closed");
  } else {
    ++at;
  }
  return token(Token::Kind::quoted, begin, std::move(value));
}

// An identifier has letters, and blanks that do not count; a number has digits. Both are other text as soon
// as there is another character, with what was read of them so far.
Token Lexer::word() {
  auto& at = open_.back().at;
  const auto begin = at;
  auto end = at;
  std::string value;
  auto kind = is_letter(look()) ? Token::Kind::identifier
                                : (is_digit(look()) ? Token::Kind::number : Token::Kind::text);
  for (bool first = true; !ended(); first = false) {
    const char c = look();
    if (c == '\n' || is_one_of(c, ";,")) break;
    if (kind == Token::Kind::identifier) {
      if (is_one_of(c, "=}{\"#")) break;
      if (!is_letter(c) && !is_blank(c)) kind = Token::Kind::text;
    } else if (kind == Token::Kind::number) {
      if (is_blank(c)) break;
      if (!is_digit(c)) kind = Token::Kind::text;
    }
    if (kind == Token::Kind::text && !first && (is_blank(c) || is_one_of(c, "={}#"))) break;
    ++at;
    if (is_blank(c)) continue;
    value += c;
    end = at;
  }
  at = end;
  return token(kind, begin, std::move(value));
}

void Lexer::include() {
  auto& at = open_.back().at;
  const auto statement = at++;
  open_.back().token_begin = statement;
  std::string name;
  while (!ended()) {
    const char c = look();
    if (c == '"') {
      const auto quote = quoted();
      name += quote.text;
      break;
    }
    if (is_blank(c) || is_one_of(c, "\n{};,#")) break;
    name += c;
    ++at;
  }
  if (name.empty()) return complain_here("an @ without a file");
  open_.back().include_end = at;
  if (name.front() == '|')
    include_command(name.substr(1), statement);
  else
    include_file(name, statement);
}

void Lexer::include_file(const std::string& name, std::size_t statement) {
  const bool relative = !name.starts_with('/');
  const auto& here = into_.files[file()].path;
  auto path = relative ? here.substr(0, here.rfind('/') + 1) + name : name;
  const auto is_open = std::any_of(open_.begin(), open_.end(), [&](const Frame& frame) {
    return into_.files[frame.file].path == path && into_.files[frame.file].command.empty();
  });
  if (open_.size() > deepest || is_open)
    return complain(path + " is included by itself or too deep, and not followed");
  if (!may_read(cost_of_a_file)) return complain(path + " is not followed: there is too much to read");
  auto text = sources_.read(path);
  // Bacula opens it from its working directory, and as a service that is "/".
  if (!text && relative) {
    if (auto other = sources_.read("/" + name)) {
      text = std::move(other);
      path = "/" + name;
    }
  }
  if (!text) return complain(path + " cannot be read");
  if (!may_read(text->size())) return complain(path + " is not followed: there is too much to read");
  into_.includes.push_back({{file(), statement, open_.back().at}, into_.files.size(), relative});
  push({path, std::move(*text), ""});
}

void Lexer::include_command(const std::string& command, std::size_t statement) {
  if (!sources_.run)
    return complain_here("what the command \"" + command +
                         "\" would print is not known here: commands are not run");
  // It may hold a password, so only the program is named.
  const auto argv = command_words(command);
  const auto program = argv.empty() ? "" : argv.front();
  if (open_.size() > deepest || !may_read(cost_of_a_file))
    return complain_here("the command of \"" + program +
                         "\" is not run: there is too much to read, or too deep");
  auto text = argv.empty() ? std::nullopt : sources_.run(argv);
  if (!text) return complain_here("the command of \"" + program + "\" failed");
  if (!may_read(text->size()))
    return complain_here("what the command of \"" + program + "\" printed is not followed: it is too much");
  into_.includes.push_back({{file(), statement, open_.back().at}, into_.files.size(), false});
  push({into_.files[file()].path, std::move(*text), command});
}

std::vector<std::string> command_words(const std::string& command) {
  std::vector<std::string> words;
  std::size_t at = 0;
  while ((at = command.find_first_not_of(" \t", at)) != std::string::npos) {
    const char quote = command[at];
    const bool is_quoted = quote == '"' || quote == '\'';
    if (is_quoted) ++at;
    const auto end = std::min(command.find(is_quoted ? quote : ' ', at), command.size());
    words.push_back(command.substr(at, end - at));
    at = end + 1;
    if (at >= command.size()) break;
  }
  return words;
}

}  // namespace recover::bacula
