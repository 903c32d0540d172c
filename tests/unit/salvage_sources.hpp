// Sources of a salvage as plain directories, and what has become of them.
#pragma once

#include <gtest/gtest.h>

#include <map>

#include "recover/bacula/file_list.hpp"
#include "recover/error.hpp"
#include "recover/salvage/collect.hpp"
#include "recover/system/files.hpp"
#include "system_temporary.hpp"

namespace recover::tests {

using namespace salvage;

struct SalvageListener : Observer {
  void observe(const Event& event) override { events.push_back(event); }
  std::vector<Event> events;
};

inline const Rung clean{"nologreplay", RungKind::mount, "ro,rescue=nologreplay", "all", true};
inline const Rung unchecked{"all", RungKind::mount, "ro,rescue=all", "names", false};
inline const Rung scratch{"restore", RungKind::restore, "", "little", false};
inline const Rung older{"older", RungKind::older, "", "what was then", false};

class SalvageTest : public testing::Test {
 protected:
  Source source(const std::string& at, const Rung& rung = clean, std::uint64_t generation = 7) {
    return {.at = directory / at, .path = "/", .rung = rung, .generation = generation};
  }
  Totals collect(const std::vector<Source>& sources, const std::string& list = "",
                 const std::vector<std::string>& left_out = {}) {
    Collector collector({directory / "salvage", list, left_out}, listener);
    for (const auto& from : sources) collector.collect(from);
    return collector.totals();
  }
  // The last line of each path; of a further one as "/x (older)".
  std::map<std::string, ManifestEntry> manifest() {
    std::map<std::string, ManifestEntry> entries;
    read_manifest(directory / "salvage", [&](const ManifestEntry& entry) {
      entries[entry.path + (entry.further.empty() ? "" : " (" + entry.further + ")")] = entry;
    });
    return entries;
  }
  std::string stored(const std::string& key) {
    return system::read_file(directory / ("salvage/" + manifest().at(key).stored));
  }
  std::string tree(const std::string& name) { return directory / ("salvage/tree/" + name); }
  std::string read(const std::string& name) { return system::read_file(tree(name)); }
  std::string list(const std::vector<bacula::ListedFile>& files) {
    bacula::FileListWriter writer(directory / "backup.files");
    for (const auto& file : files) writer.add(file);
    writer.finish();
    return directory / "backup.files";
  }

  tests::TemporaryDirectory directory;
  SalvageListener listener;
};

// btrfs restore: what it could not read is known by name alone.
inline Source restored(Source from, const std::vector<std::string>& partly = {}) {
  from.scratch = true;
  from.partly = partly;
  return from;
}

}  // namespace recover::tests
