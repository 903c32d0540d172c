#include "recover/losses.hpp"

#include <vector>

#include "recover/bacula/bootstrap.hpp"
#include "recover/bacula/volume.hpp"
#include "recover/system/files.hpp"
#include "recover/system/text.hpp"
#include "recover/tree_check.hpp"

namespace recover {
namespace {

// Gathers names of one sort and passes them on by the hundred.
class Batch {
 public:
  Batch(std::string lost, Observer& observer) : lost_(std::move(lost)), observer_(observer) {}

  void add(std::string name) {
    names_.push_back(std::move(name));
    if (names_.size() == 100) flush();
  }
  void flush() {
    if (names_.empty()) return;
    observer_.observe(Event("degraded").with("lost", lost_).with("files", std::move(names_)));
    names_.clear();
  }

 private:
  std::string lost_;
  Observer& observer_;
  std::vector<std::string> names_;
};

std::string described(const bacula::VolumeFile& file) {
  if (!file.name.empty()) return system::printable(file.name);
  return "a file whose name was lost (number " + std::to_string(file.index) + " of its job)";
}

}  // namespace

void name_losses(const std::string& volumes, const std::string& keep, const std::string& target,
                 Observer& observer) {
  observer.observe(Event("losses-begun"));
  const auto path = keep + "/backup.bsr";
  const auto bootstrap = bacula::parse_bootstrap(system::read_file(path), path);
  Batch acls("ACL", observer), xattrs("xattr", observer), data("data", observer), files("file", observer);
  bacula::for_each_file(volumes, bootstrap, [&](const bacula::VolumeFile& file) {
    if (file.has_acl) acls.add(described(file));
    if (file.has_xattr) xattrs.add(described(file));
    if (!file.damage.empty()) data.add(described(file) + ": " + system::printable(file.damage.front()));
  });
  compare_tree(keep + "/backup.files", target, [&](const std::string& difference) { files.add(difference); });
  for (auto* batch : {&acls, &xattrs, &data, &files}) batch->flush();
}

}  // namespace recover
