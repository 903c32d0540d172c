#include "checks/checks.hpp"

#include <algorithm>

namespace recover::checks {
namespace {

Answer ask(const Profile& profile, const Facts& facts) {
  if (!facts.filesystem) return unknown("the new filesystem is not mounted");
  const auto& made = *facts.filesystem;
  const auto& wanted = profile.filesystem;
  std::string wrong;
  const auto compare = [&](const char* what, const std::string& is, const std::string& should) {
    if (is != should)
      wrong += (wrong.empty() ? "" : "; ") + std::string(what) + " is " + is + ", not " + should;
  };
  compare("the UUID", made.uuid, wanted.uuid);
  compare("the label", made.label, wanted.label);
  compare("the data profile", made.data, wanted.data);
  compare("the metadata profile", made.metadata, wanted.metadata);
  for (const auto& subvolume : profile.subvolumes) {
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
  return holds(made.uuid + " with " + std::to_string(profile.subvolumes.size()) + " subvolumes");
}

}  // namespace

Check filesystem_made() {
  return {.name = "filesystem-made",
          .question = "Is the new filesystem as the profile says, with its subvolumes?",
          .ask = ask,
          .needs = Needs::filesystem};
}

}  // namespace recover::checks
