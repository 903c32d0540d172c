#include "recover/losses.hpp"

#include <utility>
#include <vector>

#include "recover/bacula/bootstrap.hpp"
#include "recover/bacula/volume.hpp"
#include "recover/lost_name.hpp"
#include "recover/system/files.hpp"
#include "recover/system/text.hpp"
#include "recover/tree_check.hpp"

namespace recover {
namespace {

// Gathers files of one sort and passes them on by the hundred.
class Batch {
 public:
  Batch(std::string lost, Observer& observer) : lost_(std::move(lost)), observer_(observer) {}

  // `path`: empty when the name itself was lost.
  void add(const std::string& path, std::string words) {
    paths_.push_back(path_alone(path));
    words_.push_back(std::move(words));
    if (words_.size() == 100) flush();
  }
  void flush() {
    if (words_.empty()) return;
    observer_.observe(Event("degraded")
                          .with("lost", lost_)
                          .with("files", std::exchange(words_, {}))
                          .with("paths", std::exchange(paths_, {})));
  }

 private:
  // Bacula ends the names of directories with a slash.
  static std::string path_alone(std::string path) {
    while (path.size() > 1 && path.back() == '/') path.pop_back();
    return system::printable(path);
  }

  std::string lost_;
  Observer& observer_;
  std::vector<std::string> words_, paths_;
};

std::string described(const bacula::VolumeFile& file) {
  if (!file.name.empty()) return system::printable(file.name);
  return lost_name({file.session_time, file.session_id, file.index});
}

}  // namespace

void name_losses(const std::string& volumes, const std::string& keep, const std::string& target,
                 Observer& observer) {
  observer.observe(Event("losses-begun"));
  const auto kept = keep + "/backup.bsr";
  const auto bootstrap = bacula::parse_bootstrap(system::read_file(kept), kept);
  Batch acls("ACL", observer), xattrs("xattr", observer), data("data", observer), files("file", observer);
  bacula::for_each_file(volumes, bootstrap, [&](const bacula::VolumeFile& file) {
    if (file.has_acl) acls.add(file.name, described(file));
    if (file.has_xattr) xattrs.add(file.name, described(file));
    if (!file.damage.empty())
      data.add(file.name, described(file) + ": " + system::printable(file.damage.front()));
  });
  compare_tree(keep + "/backup.files", target, [&](const std::string& path, const std::string& difference) {
    files.add(path, system::printable(path) + " " + difference);
  });
  for (auto* batch : {&acls, &xattrs, &data, &files}) batch->flush();
}

}  // namespace recover
