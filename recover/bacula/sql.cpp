#include <algorithm>

#include "recover/bacula/console.hpp"
#include "recover/error.hpp"
#include "recover/system/text.hpp"

namespace recover::bacula {

namespace {
constexpr const char* messages_note = "You have messages.";
}

std::string sql_line(std::string_view query) {
  return ".sql query=\"" + std::string(query) + "\"";
}

std::vector<std::vector<std::string>> rows(const std::string& answer, std::size_t columns) {
  constexpr const char* remedy =
      "Say the query in bconsole to see more; see that the catalog is the one that the Director was made "
      "with";
  if (answer.find("Query failed") != std::string::npos) {
    throw Failed("The catalog did not take a query; the Director said \"" +
                     system::printable(answer.substr(0, 500)) + "\"",
                 remedy);
  }
  std::vector<std::string> fields;
  std::size_t begin = 0;
  for (std::size_t tab; (tab = answer.find('\t', begin)) != std::string::npos; begin = tab + 1) {
    fields.push_back(answer.substr(begin, tab - begin));
  }
  // Rows end no line, so the console's note follows the last one on the same line.
  const std::string rest = answer.substr(begin);
  const bool trailing =
      rest.find_first_not_of(" \r\n") != std::string::npos && rest.rfind(messages_note, 0) != 0;
  if (trailing || columns == 0 || fields.size() % columns != 0) {
    throw Failed("The catalog's answer is not in rows of " + std::to_string(columns) +
                     " fields; the Director said \"" + system::printable(answer.substr(0, 500)) + "\"",
                 remedy);
  }
  std::vector<std::vector<std::string>> result;
  for (auto field = fields.begin(); field != fields.end(); field += static_cast<std::ptrdiff_t>(columns)) {
    result.emplace_back(field, field + static_cast<std::ptrdiff_t>(columns));
  }
  return result;
}

std::vector<std::vector<std::string>> query(system::Processes& processes, const Console& console,
                                            std::string_view sql, std::size_t columns,
                                            std::chrono::milliseconds deadline) {
  return rows(converse(processes, console, {sql_line(sql)}, deadline), columns);
}

}  // namespace recover::bacula
