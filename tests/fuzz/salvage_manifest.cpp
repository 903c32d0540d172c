// The input as the manifest of a salvage as it is; and each of its lines that is one, written again.
#include "recover/salvage/manifest.hpp"
#include "tests/fuzz/target.hpp"

void recover::fuzz::try_input(std::string_view input) {
  static const Directory directory;
  directory.put("manifest.jsonl", input);
  std::vector<salvage::ManifestEntry> entries;
  answered([&] {
    salvage::read_manifest(directory.path(), [&](const auto& entry) {
      require(salvage::from_line(salvage::to_line(entry)) == entry, "an entry reads back as it was written");
      require(("/" + entry.stored + "/").find("/../") == std::string::npos,
              "nothing leads out of the salvage");
      entries.push_back(entry);
    });
  });
  salvage::ManifestWriter writer(directory.path());
  if (entries.empty()) return;
  writer.add(entries.back());
  writer.sync();
  std::size_t read = 0;
  if (answered([&] { salvage::read_manifest(directory.path(), [&](const auto&) { ++read; }); }))
    require(read == entries.size() + 1, "what is added behind a torn line is a line");
}
