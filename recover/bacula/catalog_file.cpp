#include "recover/bacula/catalog_file.hpp"

#include <fcntl.h>

#include "recover/bacula/configuration.hpp"

namespace recover::bacula {
namespace {

// No link leads out of the tree.
ReadFile reader(const system::TreeRoot& root) {
  return [&root](const std::string& path) -> std::optional<std::string> {
    const auto file = root.open(path, O_RDONLY | O_NONBLOCK);
    if (!file) return std::nullopt;
    return system::read_file_or("/proc/self/fd/" + std::to_string(file.get()), "");
  };
}

std::string value_or(const Resource* resource, const std::string& key, const std::string& otherwise) {
  const auto value = resource == nullptr ? "" : resource->value(key);
  return value.empty() ? otherwise : value;
}

const Resource* first(const Configuration& configuration, const std::string& kind) {
  const auto all = configuration.of_kind(kind);
  return all.empty() ? nullptr : all.front();
}

}  // namespace

std::optional<CatalogFile> find_catalog_file(const system::TreeRoot& root, const std::string& configuration,
                                             const std::string& client) {
  const auto director = parse_configuration(configuration + "/bacula-dir.conf", reader(root));
  if (director.file.empty()) return std::nullopt;
  const auto* catalog = director.find("catalog", value_or(director.find("client", client), "catalog", ""));
  if (catalog == nullptr) catalog = first(director, "catalog");
  const auto name = value_or(catalog, "dbname", "bacula");
  if (name.find('/') != std::string::npos) return std::nullopt;
  return CatalogFile{value_or(first(director, "director"), "workingdirectory", "/var/lib/bacula"),
                     name + ".db"};
}

}  // namespace recover::bacula
