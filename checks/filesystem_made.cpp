#include "checks/checks.hpp"

#include <algorithm>

namespace recover::checks {
namespace {

bool contains(const std::vector<std::string>& words, const std::string& word) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

// mkfs.btrfs takes other names too, which stand for what follows from the chunk profiles.
bool can_be_read_back(const std::string& feature) {
  return contains({"mixed-bg", "extref", "skinny-metadata", "no-holes", "zoned", "squota", "free-space-tree",
                   "block-group-tree", "quota"},
                  feature);
}

Answer ask(const Profile& profile, const Facts& facts) {
  if (!facts.filesystem) return unknown("the new filesystem is not mounted");
  const auto& made = *facts.filesystem;
  const auto& wanted = profile.filesystem;
  std::string wrong;
  const auto compare = [&](const char* what, const std::string& is, const std::string& should) {
    if (is != should)
      wrong += (wrong.empty() ? "" : "; ") + std::string(what) + " is " + is + ", not " + should;
  };
  compare("the UUID", made.uuid, wanted.uuid_to_make());
  compare("the label", made.label, wanted.label);
  compare("the data profile", made.data, wanted.data);
  compare("the metadata profile", made.metadata, wanted.metadata);
  // What could not be read is not compared.
  if (!made.checksum.empty()) compare("the checksum", made.checksum, wanted.checksum);
  const auto compare_size = [&](const char* what, std::int64_t is, std::int64_t should) {
    if (is != 0) compare(what, std::to_string(is), std::to_string(should));
  };
  compare_size("the node size", made.node_size, wanted.node_size);
  compare_size("the sector size", made.sector_size, wanted.sector_size);
  for (const auto& feature : wanted.features)
    if (!made.features.empty() && can_be_read_back(feature) && !contains(made.features, feature))
      wrong += (wrong.empty() ? "" : "; ") + std::string("the feature ") + feature + " is missing";
  std::size_t subvolumes = 0;
  for (const auto& subvolume : profile.subvolumes) {
    if (!subvolume.is_made()) continue;
    ++subvolumes;
    const auto found = std::find_if(made.subvolumes.begin(), made.subvolumes.end(),
                                    [&](const auto& s) { return s.path == subvolume.path; });
    if (found == made.subvolumes.end()) {
      wrong += (wrong.empty() ? "" : "; ") + std::string("the subvolume ") + subvolume.path + " is missing";
      continue;
    }
    if (subvolume.is_default && !found->is_default)
      wrong += (wrong.empty() ? "" : "; ") + subvolume.path + " is not the default subvolume";
    if (subvolume.no_cow && !found->no_cow)
      wrong += (wrong.empty() ? "" : "; ") + subvolume.path + " is not without copy-on-write";
  }
  if (!wrong.empty()) return fails("Of the new filesystem " + wrong, "Run again with --restart");
  return holds(made.uuid + " with " + std::to_string(subvolumes) + " subvolumes");
}

}  // namespace

Check filesystem_made() {
  return {.name = "filesystem-made",
          .question = "Is the new filesystem as the profile says, with its subvolumes?",
          .ask = ask,
          .needs = Needs::filesystem};
}

}  // namespace recover::checks
