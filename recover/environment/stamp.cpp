#include "recover/environment/stamp.hpp"

#include "recover/bacula/keep.hpp"
#include "recover/error.hpp"
#include "recover/layout.hpp"
#include "recover/system/files.hpp"
#include "recover/system/text.hpp"
#include "recover/toml_file.hpp"

namespace recover::environment {

std::string to_text(const EnvironmentStamp& stamp) {
  std::string text = "# Made and proven by recover --playbook environment.\nformat = 1\n";
  const auto line = [&](const char* key, const std::string& value) {
    text += std::string(key) + " = " + bacula::toml_quoted(value) + "\n";
  };
  line("made", stamp.made);
  line("from", stamp.from);
  line("bacula", stamp.bacula);
  line("recover", stamp.recover);
  text += "\n[proof]\njob = " + std::to_string(stamp.job) + "\n";
  line("job-start", stamp.job_start);
  line("file", stamp.file);
  line("digest", stamp.digest);
  return text;
}

std::optional<EnvironmentStamp> read_stamp(const std::string& root) {
  const auto path = root + Layout::stamp;
  if (!system::exists(path)) return std::nullopt;
  try {
    auto table = TomlFile::load(path).root();
    EnvironmentStamp stamp{table.text("made"),
                           table.text_or("from", ""),
                           table.text_or("bacula", ""),
                           table.text_or("recover", ""),
                           0,
                           "",
                           "",
                           ""};
    auto proof = table.table("proof");
    stamp.job = proof.integer("job");
    stamp.job_start = proof.text_or("job-start", "");
    stamp.file = system::from_printable(proof.text("file"));
    stamp.digest = proof.text("digest");
    return stamp;
  } catch (const Error&) {
    return std::nullopt;
  }
}

}  // namespace recover::environment
