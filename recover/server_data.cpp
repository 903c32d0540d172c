#include "recover/server_data.hpp"

#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cctype>
#include <cerrno>
#include <filesystem>

#include "recover/bacula/catalog_server.hpp"
#include "recover/bacula/known_backups.hpp"
#include "recover/error.hpp"
#include "recover/system/answers.hpp"
#include "recover/system/files.hpp"
#include "recover/system/mount.hpp"
#include "recover/system/process.hpp"
#include "recover/system/text.hpp"
#include "recover/system/tree_removal.hpp"
#include "recover/system/tree_root.hpp"

namespace recover {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;
using Places = bacula::ServerPlaces;

// One that was killed by the kernel together with its parent is gone within milliseconds.
constexpr std::chrono::milliseconds patience = 5s, between_looks = 100ms;
constexpr int most_kept = 99;

std::string last_name(const std::string& path) {
  return fs::path(path).filename().string();
}

// Where recover's own directory in the environment is, for the running system; empty: there is none.
std::string home_of(const std::string& environment) {
  const system::TreeRoot root(environment);
  return root.has(Places::home) ? root.real_path(Places::home) : "";
}

// The process that works in a directory; empty: none.
std::string process_in(const std::string& directory) {
  struct stat wanted {};
  if (::stat(directory.c_str(), &wanted) != 0) return "";
  std::error_code unreadable;
  for (const auto& entry : fs::directory_iterator("/proc", unreadable)) {
    const auto name = entry.path().filename().string();
    struct stat status {};
    if (std::isdigit(static_cast<unsigned char>(name.front())) == 0 ||
        ::stat((entry.path().string() + "/cwd").c_str(), &status) != 0)
      continue;
    if (status.st_dev == wanted.st_dev && status.st_ino == wanted.st_ino) return name;
  }
  return "";
}

void rename_or_fail(const std::string& from, const std::string& to, unsigned flags) {
  if (::renameat2(AT_FDCWD, from.c_str(), AT_FDCWD, to.c_str(), flags) != 0)
    throw Failed("Could not put " + from + " in the place of " + to + ": " + system::answer(errno),
                 system::remedy_for(errno, to));
}

// A free name for the former data. The new one gets it first, and the two are then exchanged: at no moment
// has the former a name that somebody removes.
std::string exchange_and_keep(const std::string& made, const std::string& data) {
  for (int number = 1; number <= most_kept; ++number) {
    const auto kept = data + ".before-recovery" + (number == 1 ? "" : "." + std::to_string(number));
    if (system::exists(kept)) continue;
    rename_or_fail(made, kept, RENAME_NOREPLACE);
    rename_or_fail(kept, data, RENAME_EXCHANGE);
    return kept;
  }
  throw Failed(
      "Could not keep the former catalog " + data + ": there are " + std::to_string(most_kept) + " already",
      "Remove those that nobody wants: " + data + ".before-recovery.*");
}

}  // namespace

void link_server_programs(const std::string& environment, const std::string& kind) {
  const auto programs = bacula::find_server_programs(kind, environment);
  if (programs.empty())
    throw Failed("The recovery environment " + environment + " has not all programs of " +
                     bacula::server_name(kind) + ": " + system::joined(bacula::server_programs(kind)),
                 "Install the server's package on the machine, and make the environment anew: recover "
                 "--playbook environment");
  const system::TreeRoot root(environment);
  root.make_directories(Places::home, 0755);
  const auto link = root.real_path(Places::home) + "/" + last_name(Places::programs);
  std::error_code none;
  if (fs::read_symlink(link, none) == programs) return;
  if ((::unlink(link.c_str()) != 0 && errno != ENOENT) || ::symlink(programs.c_str(), link.c_str()) != 0)
    throw Failed("Could not make the link " + link + ": " + system::answer(errno),
                 system::remedy_for(errno, link));
}

void require_no_server(system::Processes& processes, const std::string& environment) {
  const auto home = home_of(environment);
  if (home.empty()) return;
  for (const auto* data : {Places::data, Places::data_beside}) {
    const auto directory = home + "/" + last_name(data);
    auto process = process_in(directory);
    for (std::chrono::milliseconds waited{}; !process.empty() && waited < patience; waited += between_looks) {
      processes.pause(between_looks);
      process = process_in(directory);
    }
    if (!process.empty())
      throw Failed("A database server runs on " + directory + " already: process " + process,
                   "End it: kill " + process);
  }
}

void remove_leftovers(const std::string& environment, const std::string& data) {
  if (const auto home = home_of(environment); !home.empty())
    ::unlink((home + "/" + last_name(data) + "/postmaster.pid").c_str());
  const system::TreeRoot root(environment);
  if (!root.has(Places::sockets)) return;
  const auto sockets = root.real_path(Places::sockets);
  std::error_code unreadable;
  for (const auto& entry : fs::directory_iterator(sockets, unreadable)) ::unlink(entry.path().c_str());
}

void remove_data_beside(const std::string& environment) {
  if (const auto home = home_of(environment); !home.empty())
    system::remove_tree(home + "/" + last_name(Places::data_beside));
}

std::string put_catalog_data(const std::string& environment, const std::string& known, bool keep) {
  const auto home = system::TreeRoot(environment).real_path(Places::home);
  const auto data = home + "/" + last_name(Places::data), made = home + "/" + last_name(Places::data_beside),
             file = home + "/" + last_name(Places::known);
  system::write_out(home);
  // Of the former data it tells nothing any more; and of the new one only when that has its place.
  if (::unlink(file.c_str()) != 0 && errno != ENOENT)
    throw Failed("Could not remove " + file + ": " + system::answer(errno), system::remedy_for(errno, file));
  system::sync_directory(home);
  std::string kept;
  const bool replaces = system::exists(data);
  if (replaces && keep)
    kept = exchange_and_keep(made, data);
  else
    rename_or_fail(made, data, replaces ? RENAME_EXCHANGE : RENAME_NOREPLACE);
  system::sync_directory(home);
  if (replaces && !keep) system::remove_tree(made);
  system::write_file(file, known, 0644);
  return kept;
}

std::string read_known(const std::string& environment) {
  return bacula::text_of_known(system::TreeRoot(environment));
}

}  // namespace recover
