#include "recover/tree_check.hpp"

#include <sys/stat.h>
#include <sys/sysmacros.h>

#include "recover/bacula/file_list.hpp"
#include "recover/bacula/lstat.hpp"
#include "recover/system/text.hpp"
#include "recover/taken_list.hpp"

namespace recover {
namespace {

// The first difference, or empty.
std::string difference(const bacula::Lstat& wanted, const struct stat& found) {
  const auto mode = static_cast<mode_t>(wanted.mode);
  if ((mode & S_IFMT) != (found.st_mode & S_IFMT)) return "is of another type";
  if (wanted.uid != found.st_uid || wanted.gid != found.st_gid) return "has another owner";
  if (S_ISLNK(mode)) return "";
  if ((mode & 07777) != (found.st_mode & 07777)) return "has another mode";
  if (S_ISREG(mode) && static_cast<std::int64_t>(wanted.size) != found.st_size) return "has another size";
  if ((S_ISCHR(mode) || S_ISBLK(mode)) && wanted.rdev != found.st_rdev) return "is another device";
  if (!S_ISDIR(mode) && wanted.mtime != found.st_mtim.tv_sec) return "has another time";
  return "";
}

}  // namespace

TreeFacts compare_tree(const std::string& list, const std::string& root,
                       const std::function<void(const std::string&, const std::string&)>& on_difference) {
  TreeFacts tree;
  const auto taken = read_taken(list.substr(0, list.rfind('/')));
  const auto note = [&](const std::string& name, const std::string& what) {
    if (on_difference) on_difference(name, what);
    if (tree.examples.size() < 20) tree.examples.push_back(system::printable(name) + " " + what);
  };
  bacula::read_file_list(list, [&](const bacula::ListedFile& file) {
    const auto wanted = file.lstat.empty() ? bacula::Lstat{} : bacula::parse_lstat(file.lstat);
    if (S_ISSOCK(static_cast<mode_t>(wanted.mode))) return;
    ++tree.expected;
    struct stat found {};
    // Bacula ends the names of directories with a slash; lstat would follow a link there.
    auto path = root + file.name;
    while (path.size() > 1 && path.back() == '/') path.pop_back();
    if (::lstat(path.c_str(), &found) != 0) {
      ++tree.missing;
      note(file.name, "is missing");
      return;
    }
    ++tree.found;
    if (file.lstat.empty()) return;
    auto what = difference(wanted, found);
    if (!what.empty())
      if (const auto salvaged = taken.find(file.name); salvaged != taken.end())
        what = difference(bacula::parse_lstat(salvaged->second), found);
    if (!what.empty()) {
      ++tree.different;
      note(file.name, what);
    }
  });
  return tree;
}

}  // namespace recover
