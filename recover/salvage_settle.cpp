// What is believed of a job that has read a broken filesystem.
#include <fcntl.h>

#include <algorithm>
#include <cerrno>
#include <map>
#include <set>

#include "recover/bacula/salvage_catalog.hpp"
#include "recover/bacula/salvage_messages.hpp"
#include "recover/salvage/client_tree.hpp"
#include "recover/salvage_job.hpp"
#include "recover/system/answers.hpp"
#include "recover/system/files.hpp"
#include "recover/system/signals.hpp"
#include "recover/system/text.hpp"
#include "recover/system/tree_root.hpp"

namespace recover {
namespace {

std::string without_slash(std::string path) {
  while (path.size() > 1 && path.ends_with('/')) path.pop_back();
  return path;
}

bool is_below(const std::string& path, const std::string& directory) {
  return path.starts_with(directory + "/");
}

// A file that Bacula did not come across is one that was deleted, to Bacula. It is believed only where the
// tree says so itself: a damaged directory ends early without a word.
class Deletions {
 public:
  explicit Deletions(const salvage::ClientTree& tree) : tree_(tree), root_(tree.root()) {}

  // Why it is not to be believed; empty: it is gone.
  std::string against(const std::string& path) const {
    for (const auto& point : tree_.uncovered())
      if (is_below(path, point)) return "it lies below " + point + ", which is not mounted";
    const system::Descriptor file(root_.open_without_links(path, O_PATH | O_NOFOLLOW | O_CLOEXEC));
    const int error = errno;
    if (file) return "it is there, and Bacula did not see it";
    // A directory that has become a file or a link has nothing below it.
    if (error == ENOENT || error == ENOTDIR || error == ELOOP) return "";
    return system::answer(error);
  }

 private:
  const salvage::ClientTree& tree_;
  system::TreeRoot root_;
};

}  // namespace

Judged judge(const SalvageJob& job, const salvage::ClientTree& tree, const std::string& scratch,
             const std::string& catalog) {
  const auto messages = scratch + "/messages";
  Judged judged;
  judged.kept.job = job.id;
  judged.kept.bytes = job.bytes;
  judged.kept.catalog = catalog;
  judged.damaged = bacula::unreadable_files(system::exists(messages) ? system::read_file(messages) : "");
  const auto files = bacula::files_of(scratch + "/" + catalog, job.id);
  std::set<std::int64_t> lost;  // FileIndexes whose data other names have, too
  for (const auto& file : files)
    if (file.index > 0 && !file.path.ends_with('/') && judged.damaged.contains(file.path))
      lost.insert(file.index);
  const Deletions deletions(tree);
  for (const auto& file : files) {
    system::throw_if_interrupted();
    const auto name = without_slash(file.path);
    if (file.index <= 0) {
      const auto why = deletions.against(name);
      if (why.empty()) {
        ++judged.kept.deleted;
        continue;
      }
      judged.out.push_back(file.id);
      judged.seeming.push_back(file.id);
      if (!why.starts_with("it ")) judged.damaged.emplace(name, why);
    } else if (lost.contains(file.index) || lost.contains(file.link)) {
      judged.out.push_back(file.id);
      judged.indexes.push_back(file.index);
      judged.damaged.emplace(name, "a hard link of a file that could not be read");
    } else if (salvage::ClientTree::covers(name)) {
      judged.out.push_back(file.id);
      judged.indexes.push_back(file.index);
    } else {
      ++judged.kept.files;
    }
  }
  return judged;
}

KeptBackup settle(const Judged& judged, const std::string& scratch) {
  auto kept = judged.kept;
  kept.kept_back += static_cast<std::int64_t>(judged.seeming.size());
  for (const auto& [name, why] : judged.damaged)
    kept.damaged.push_back(system::printable(name) + ": " + system::printable(why));
  if (kept.files == 0 && kept.deleted == 0) return kept;
  const auto catalog = scratch + "/" + kept.catalog;
  kept.volumes = bacula::salvage_volumes(catalog, kept.job);
  bacula::settle_salvage(catalog, judged.out, salvage_pool);
  if (system::exists(scratch + "/job.bsr"))
    kept.addition = bacula::without_files(system::read_file(scratch + "/job.bsr"), judged.indexes);
  return kept;
}

}  // namespace recover
