#include "recover/report/write.hpp"

#include "recover/error.hpp"
#include "recover/journal.hpp"
#include "recover/report/html.hpp"
#include "recover/report/markdown.hpp"
#include "recover/system/files.hpp"

namespace recover::report {

std::string html_path(const std::string& directory) {
  return directory + "/report.html";
}

std::string markdown_path(const std::string& directory) {
  return directory + "/report.md";
}

std::vector<std::string> write(const std::vector<Event>& events, const std::string& journal,
                               const std::string& directory) {
  const auto report = make_report(events, {RECOVER_VERSION, journal});
  std::vector<std::string> paths{html_path(directory), markdown_path(directory)};
  system::write_file(paths[0], to_html(report), 0600);
  system::write_file(paths[1], to_markdown(report), 0600);
  return paths;
}

std::string leave(const std::string& directory) noexcept try {
  const auto journal = journal_path(directory);
  write(read_journal(journal).events, journal, directory);
  return "";
} catch (const Error& error) {
  return "The report could not be written: " + error.problem();
} catch (const std::exception& error) {
  return std::string("The report could not be made: ") + error.what();
}

}  // namespace recover::report
