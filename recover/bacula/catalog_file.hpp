// Where a Director has its SQLite catalog: $WorkingDirectory/DBNAME.db, as its own configuration says
// (manual, "The Director Resource", "The Catalog Resource").
//
//     const auto catalog = find_catalog_file(system::TreeRoot("/mnt/storage/environment"), "/etc/bacula",
//     "alder-fd");
#pragma once

#include <optional>
#include <string>

#include "recover/system/tree_root.hpp"

namespace recover::bacula {

struct CatalogFile {
  std::string directory, name;  // as the tree has them

  std::string path() const { return directory + "/" + name; }
  bool operator==(const CatalogFile&) const = default;
};

// Of the Client's Catalog; without such a Client, of the first. Nothing when there is no bacula-dir.conf in
// the directory `configuration` of the tree, or its dbname is no name of a file.
std::optional<CatalogFile> find_catalog_file(const system::TreeRoot& root, const std::string& configuration,
                                             const std::string& client);

}  // namespace recover::bacula
