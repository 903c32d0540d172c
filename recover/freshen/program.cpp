#include "recover/freshen/program.hpp"

#include <sys/stat.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <sstream>

#include "recover/error.hpp"
#include "recover/layout.hpp"
#include "recover/system/files.hpp"
#include "recover/system/text.hpp"

namespace recover::freshen {
namespace {

namespace fs = std::filesystem;

bool is_same_file(const std::string& one, const std::string& other) {
  struct stat a {
  }, b{};
  return ::stat(one.c_str(), &a) == 0 && ::stat(other.c_str(), &b) == 0 && a.st_dev == b.st_dev &&
         a.st_ino == b.st_ino;
}

bool has_same_bytes(const std::string& one, const std::string& other) {
  std::error_code unreadable;
  if (!fs::is_regular_file(other, unreadable) ||
      fs::file_size(one, unreadable) != fs::file_size(other, unreadable))
    return false;
  return is_same_file(one, other) || system::read_file(one) == system::read_file(other);
}

std::string name_of(const std::string& path) {
  return fs::path(path).filename().string();
}

std::vector<std::string> files_in(const std::string& directory) {
  std::vector<std::string> files;
  std::error_code unreadable;
  for (fs::directory_iterator at(directory, unreadable), end; !unreadable && at != end;
       at.increment(unreadable))
    if (std::error_code ignored; at->is_regular_file(ignored)) files.push_back(at->path().string());
  std::sort(files.begin(), files.end());
  return files;
}

std::vector<int> numbers_of(const std::string& version) {
  std::vector<int> numbers;
  std::istringstream parts(version);
  for (std::string part; std::getline(parts, part, '.');) numbers.push_back(std::atoi(part.c_str()));
  return numbers;
}

class Comparison {
 public:
  Comparison(const Program& running, const std::string& storage, const std::string& version_there)
      : running_(running), storage_(storage), there_(storage + "/recover"), version_there_(version_there) {
    wanted_.piece.name = "program";
  }

  ProgramWanted compare() {
    compare_program();
    // Those of another version than the program would be understood by neither.
    if (wanted_.piece.missing.empty()) compare_playbooks();
    return std::move(wanted_);
  }

 private:
  Piece& piece() { return wanted_.piece; }

  void compare_program() {
    const auto libraries = files_in(storage_ + Layout::libraries_beside);
    const bool bundle_there = !libraries.empty();
    piece().current = there_ + " is this program, " RECOVER_VERSION;
    if (is_same_file(running_.path, there_)) return;
    if (is_newer(version_there_, RECOVER_VERSION)) return miss_newer();
    if (bundle_there && running_.libraries.empty()) {
      if (version_there_ != RECOVER_VERSION) return miss_bundle();
      piece().current = there_ + " is a bundle of this version, " RECOVER_VERSION;
      return;
    }
    for (const auto& library : running_.libraries)
      copy(library, storage_ + Layout::libraries_beside + "/" + name_of(library), 0644);
    copy(running_.path, there_, 0755);
    for (const auto& library : libraries)
      if (std::none_of(running_.libraries.begin(), running_.libraries.end(),
                       [&](const auto& own) { return name_of(own) == name_of(library); }))
        wanted_.outdated.push_back(library);
    if (!wanted_.copies.empty() || !wanted_.outdated.empty())
      piece().done.push_back(there_ + (system::exists(there_) ? " replaced by" : " made from") +
                             " this program, " RECOVER_VERSION +
                             (version_there_.empty() ? "" : "; it was " + version_there_));
    if (running_.libraries.empty())
      piece().notes.push_back(
          there_ +
          " is no bundle: in a rescue system it runs only where its libraries are. Put the "
          "bundle there (docs/install.md)");
  }

  void miss_newer() {
    piece().missing.push_back({"The program on the storage volume, " + version_there_ +
                                   ", is newer than this one, " RECOVER_VERSION,
                               "Install that version on the machine; until then: " + there_ + " freshen"});
  }

  void miss_bundle() {
    piece().missing.push_back(
        {version_there_.empty() ? "The bundle on the storage volume, " + there_ + ", does not run"
                                : "The bundle on the storage volume is of version " + version_there_ +
                                      ", and this program, " RECOVER_VERSION
                                      ", is none that could take its place",
         "Put the bundle of this version there (docs/install.md): cp -r recover-bundle/. " + storage_});
  }

  void compare_playbooks() {
    std::vector<std::string> names;
    for (const auto& playbook : running_.playbooks)
      if (copy(playbook, storage_ + "/playbooks/" + name_of(playbook), 0644, /*keeps_old=*/true))
        names.push_back(name_of(playbook));
    if (!names.empty())
      piece().done.push_back("playbooks copied to " + storage_ + "/playbooks: " + system::joined(names) +
                             "; one that was there is kept as .old");
  }

  bool copy(const std::string& from, const std::string& to, mode_t mode, bool keeps_old = false) {
    if (has_same_bytes(from, to)) return false;
    wanted_.copies.push_back({from, to, mode, keeps_old});
    return true;
  }

  const Program& running_;
  const std::string& storage_;
  const std::string there_;
  const std::string& version_there_;
  ProgramWanted wanted_;
};

}  // namespace

ProgramWanted renew_program(const Program& running, const std::string& storage,
                            const std::string& version_there) {
  return Comparison(running, storage, version_there).compare();
}

// What an operator wrote is not lost by the second new version: each is kept, and nothing twice.
std::string name_for_old(const std::string& file) {
  constexpr int most = 99;
  const auto now = system::read_file(file);
  for (int number = 1; number <= most; ++number) {
    auto name = file + ".old" + (number == 1 ? "" : "." + std::to_string(number));
    if (!system::exists(name) || system::read_file(name) == now) return name;
  }
  throw Failed("There are " + std::to_string(most) + " old versions of " + file + " already",
               "Remove those that nobody wants: " + file + ".old.*");
}

void copy_program(const ProgramWanted& wanted) {
  for (const auto& copy : wanted.copies) {
    system::make_directories(fs::path(copy.to).parent_path().string(), 0755);
    if (copy.keeps_old && system::exists(copy.to))
      system::copy_file(copy.to, name_for_old(copy.to), copy.mode);
    system::copy_file(copy.from, copy.to, copy.mode);
  }
  for (const auto& library : wanted.outdated) {
    std::error_code ignored;
    fs::remove(library, ignored);
  }
}

std::string version_of(const std::string& said) {
  const std::string before = "recover ";
  const auto line = said.substr(0, said.find('\n'));
  return line.starts_with(before) ? line.substr(before.size()) : "";
}

bool is_newer(const std::string& version, const std::string& than) {
  return numbers_of(version) > numbers_of(than);
}

}  // namespace recover::freshen
