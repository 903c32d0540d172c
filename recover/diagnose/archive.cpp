#include "recover/diagnose/archive.hpp"

#include <sys/stat.h>

#include <cerrno>
#include <filesystem>

#include "recover/error.hpp"
#include "recover/system/answers.hpp"
#include "recover/system/files.hpp"
#include "recover/system/text.hpp"

namespace recover::diagnosis {
namespace {

// mkdir(2) alone tells that nobody else has taken the name.
std::string new_directory(const std::string& directory, const std::string& stamp) {
  system::make_directories(directory, 0700);
  for (int number = 1; number < 1000; ++number) {
    const auto path = directory + "/" + stamp + (number == 1 ? "" : "-" + std::to_string(number));
    if (system::exists(path + ".tar.gz")) continue;
    if (::mkdir(path.c_str(), 0700) == 0) return path;
    if (errno != EEXIST)
      throw Failed("Could not make the directory " + path + ": " + system::answer(errno),
                   system::remedy_for(errno, path));
  }
  throw Failed("There are a thousand diagnoses of " + stamp + " in " + directory,
               "Remove those that you do not need");
}

}  // namespace

std::string keep(system::Processes& processes, const std::string& directory, const std::string& stamp,
                 const Exhibits& exhibits) {
  const auto path = new_directory(directory, stamp);
  for (const auto& [name, content] : exhibits)
    system::write_file(path + "/" + name, system::redact(content), 0600);
  system::sync_directory(directory);
  const auto name = std::filesystem::path(path).filename().string();
  const auto beside = directory + "/." + name + ".tar.gz.new";
  const auto result = processes.run(
      {.argv = {"tar", "--create", "--gzip", "--file", beside, "--directory", directory, name}});
  if (result.status != 0) {
    std::error_code ignored;
    std::filesystem::remove(beside, ignored);
    return path;
  }
  std::filesystem::rename(beside, path + ".tar.gz");
  system::sync_directory(directory);
  return path + ".tar.gz";
}

}  // namespace recover::diagnosis
