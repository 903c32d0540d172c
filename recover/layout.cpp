#include "recover/layout.hpp"

#include <filesystem>

namespace recover {

Layout make_layout(const Profile& profile, const std::string& storage, const std::string& state) {
  Layout layout;
  layout.storage = storage;
  layout.state = state.empty() ? storage + Layout::state_on_storage : state;
  layout.lock = storage + "/recover.lock";
  layout.volumes = storage + "/" + profile.storage.volumes;
  // The mount table knows no links.
  const auto environment = storage + "/" + profile.storage.environment;
  std::error_code not_there;
  const auto real = std::filesystem::canonical(environment, not_there);
  layout.environment_in_use = not_there ? environment : real.string();
  layout.environment = layout.environment_in_use + (profile.makes_environment ? ".new" : "");
  layout.target = layout.environment + Layout::inside_target;
  layout.program = storage + "/recover";  // where docs/formats.md puts it; a run knows better
  layout.bootstrap = storage + "/" + profile.storage.bootstraps + "/" + profile.bacula.bootstrap;
  if (!profile.verify.catalog_dump.empty()) layout.catalog_dump = storage + "/" + profile.verify.catalog_dump;
  if (!profile.bacula.catalog_bootstrap.empty())
    layout.catalog_bootstrap =
        storage + "/" + profile.storage.bootstraps + "/" + profile.bacula.catalog_bootstrap;
  return layout;
}

std::string find_storage(const Profile& profile, const Facts& facts) {
  for (const auto& device : facts.devices) {
    if (device.fs_uuid != profile.storage.uuid) continue;
    for (const auto& mount : facts.mounts)
      if (mount.source == device.path && mount.root == "/") return mount.target;
  }
  return "";
}

}  // namespace recover
