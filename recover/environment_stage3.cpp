// The tree of a recovery environment from a Gentoo stage3: unpacked, and the machine's packages laid over it.
// They take the place of what the stage3 has: Bacula is linked with the machine's libraries, and a C library
// and its loader must be of one make.
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <filesystem>

#include "recover/environment/debian_tree.hpp"
#include "recover/environment/stage3.hpp"
#include "recover/environment_stage3_check.hpp"
#include "recover/environment_tree.hpp"
#include "recover/error.hpp"
#include "recover/system/answers.hpp"
#include "recover/system/files.hpp"
#include "recover/system/signals.hpp"
#include "recover/system/text.hpp"
#include "recover/system/tree_removal.hpp"

namespace recover {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;
constexpr const char* packages_of_portage = "/var/db/pkg";

std::string name_of(const std::string& path) {
  return path.substr(path.rfind('/') + 1);
}

[[noreturn]] void fail(const std::string& tarball, const ChildEnd& end, bool reads) {
  std::vector<std::string> said;
  for (const auto& line : environment::complaints(end.said, 3)) said.push_back(system::printable(line));
  throw Failed("tar, " + std::string(reads ? "reading " : "unpacking ") + tarball + ", " + end.how +
                   (said.empty() ? "" : "; it said: " + system::joined(said, "; ")),
               reads ? "It may be cut short: compare its size and checksum, and download it again"
                     : "See what tar says: room, or a filesystem that does not take what the stage3 has");
}

environment::Stage3Listing list(system::Processes& processes, const MakeEnvironment& action,
                                Observer& observer) {
  environment::Stage3Reader reader;
  std::int64_t lines = 0;
  const auto end = run_child(
      processes, action, environment::stage3_list_command(action.stage3), [&](std::string_view line) {
        reader.add(std::string(line) + "\n");
        if (++lines % 1000 == 0)
          observer.observe(
              Event("progress").with("files", lines).with("current", "looking through the stage3"));
      });
  if (!end.good) fail(action.stage3, end, true);
  const auto& listing = reader.end();
  if (!listing.hostile.empty()) {
    std::vector<std::string> names;
    for (const auto& name : listing.hostile) names.push_back(system::printable(name));
    throw Refused(
        "The stage3 " + action.stage3 + " has names that lead out of it: " + system::joined(names),
        "It is no stage3 of Gentoo's: download one from a mirror that you know, and verify its signature");
  }
  if (!listing.has_packages || !listing.has_shell)
    throw Refused(action.stage3 + " is no stage3: it has no " +
                      (listing.has_packages ? "bash" : std::string(packages_of_portage)),
                  "Name one in the profile: [environment] stage3 = \"/path/stage3-amd64-openrc-....tar.xz\"");
  return listing;
}

std::map<std::string, std::string> shape(const std::string& root) {
  std::map<std::string, std::string> found;
  for (const auto& path : environment::shape_paths()) {
    const fs::path place = (root == "/" ? "" : root) + path;
    std::error_code none;
    if (fs::is_symlink(fs::symlink_status(place, none))) {
      found[path] = "a link to " + fs::read_symlink(place, none).string();
    } else if (fs::is_directory(place, none)) {
      found[path] = "a directory";
    }
  }
  return found;
}

// "x86_64-pc-linux-gnu", of the first package that says it; and the version of the C library.
struct Made {
  std::string host, libc;
};
Made made_for(const std::string& root) {
  Made made;
  std::error_code none;
  const auto category = (root == "/" ? "" : root) + packages_of_portage + "/sys-libs";
  for (const auto& entry : fs::directory_iterator(category, none)) {
    const auto package = environment::portage_package("sys-libs/" + entry.path().filename().string());
    if (package.name != "sys-libs/glibc" && package.name != "sys-libs/musl") continue;
    const auto host = system::read_file_or((entry.path() / "CHOST").string(), "");
    made = {host.substr(0, host.find('\n')), package.version};
  }
  return made;
}

// Whether what is copied can work there. Remarks.
std::vector<std::string> require_fit(const std::string& machine, const std::string& tree) {
  if (const auto clauses = environment::shape_differences(shape(machine), shape(tree)); !clauses.empty())
    throw Refused("The stage3 has another layout than this machine: " + system::joined(clauses, "; "),
                  "Take the stage3 of the machine's profile (merged-usr or split-usr)");
  const auto here = made_for(machine), there = made_for(tree);
  if (!here.host.empty() && !there.host.empty() && here.host != there.host)
    throw Refused("The stage3 is made for " + system::printable(there.host) + ", and this machine is " +
                      system::printable(here.host),
                  "Take a stage3 of the machine's architecture and C library");
  if (environment::is_newer(there.libc, here.libc))
    return {"The stage3 was made with a newer C library (" + system::printable(there.libc) +
            ") than the machine's, which takes its place (" + system::printable(here.libc) +
            "): programs that only the stage3 has may not start"};
  return {};
}

void unpack(system::Processes& processes, const MakeEnvironment& action,
            const environment::Stage3Listing& listing, Observer& observer) {
  std::int64_t files = 0;
  const auto end =
      run_child(processes, action, environment::stage3_unpack_command(action.stage3, action.path),
                [&](std::string_view line) {
                  if (++files % 200 == 0)
                    observer.observe(Event("progress")
                                         .with("files", files)
                                         .with("total-files", listing.entries)
                                         .with("current", system::printable(line)));
                });
  if (!end.good) fail(action.stage3, end, false);
}

// It is opened several times: what was checked must be what is unpacked.
void require_roots(const std::string& tarball, const struct stat& status) {
  struct stat above {};
  if (::stat(fs::absolute(tarball).parent_path().c_str(), &above) != 0) above = {};
  const bool shared = (above.st_mode & 022) != 0 && (above.st_mode & S_ISVTX) == 0;
  if (status.st_uid == ::geteuid() && (status.st_mode & 022) == 0 && !shared &&
      (above.st_uid == 0 || above.st_uid == ::geteuid()))
    return;
  throw Refused("Others than root can write the stage3 " + tarball + ", or put another in its place",
                "Copy it to a directory of root's, and name it there: install -m 0600 " + tarball +
                    " /root; then [environment] stage3 in the profile");
}

void require_gnu_tar(system::Processes& processes) {
  const auto said = processes.run({.argv = {"tar", "--version"}, .deadline = 30s});
  if (said.status == 0 && said.out.find("GNU tar") != std::string::npos) return;
  throw Refused(
      "The tar of this machine is not GNU tar, which alone is known here to keep what it unpacks inside",
      "Install app-arch/tar");
}

}  // namespace

void make_from_stage3(system::Processes& processes, const MakeEnvironment& action, Observer& observer,
                      const std::string& machine) {
  const auto selection = select_packages(action, machine);
  if (selection.database.kind != "portage")
    throw Refused(
        "[environment] from = \"stage3\" wants a machine whose packages Portage keeps; here it is " +
            selection.database.kind,
        "Have it made from = \"packages\", \"mmdebstrap\" or \"debootstrap\"");
  struct stat status {};
  if (::stat(action.stage3.c_str(), &status) != 0)
    throw Refused("There is no stage3 " + action.stage3 + ": " + system::answer(errno),
                  "Download one, and name it in the profile: [environment] stage3; or have it made from = "
                  "\"packages\"");
  require_roots(action.stage3, status);
  require_programs(environment::stage3_programs(action.stage3), machine, action.from);
  require_gnu_tar(processes);
  const auto scratch = action.path + "/scratch";
  system::make_directories(scratch, 0700);
  auto check = check_stage3(processes, action.stage3, scratch, machine, observer);
  system::remove_tree(scratch);
  const auto listing = list(processes, action, observer);
  require_room(action, listing.bytes + selection.bytes);
  unpack(processes, action, listing, observer);
  for (auto& remark : require_fit(machine, action.path)) check.remarks.push_back(std::move(remark));
  observer.observe(Event("environment-unpacked")
                       .with("from", action.stage3)
                       .with("files", listing.entries)
                       .with("bytes", listing.bytes)
                       .with("checked", check.by)
                       .with("remarks", check.remarks));
  const auto accounts = accounts_of(action.path);  // the machine's files take their place
  system::TreeCopy copy(machine, action.path, system::There::makes_way);
  copy_files(copy, selection, observer);
  add_accounts(action.path, accounts);
  // Its cache is of both.
  if (const auto end = run_child(processes, action, {"ldconfig", "-r", action.path}, [](std::string_view) {});
      !end.good)
    throw Failed("ldconfig, for the new recovery environment, " + end.how,
                 "By hand, to see what it says: ldconfig -r " + action.path);
  std::string text;
  for (const auto* package : selection.chosen.packages) text += package->name + " " + package->version + "\n";
  finish_tree(action.path, text + "stage3 " + name_of(action.stage3) + "\n");
}

}  // namespace recover
