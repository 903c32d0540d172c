// Another catalog for the recovery environment's Director, made beside the one that it has. There are two
// kinds, a file of SQLite and a data directory of a database server; here is what each does in its own
// manner. The ways to another catalog, and all words of them, are catalog_actions.cpp's.
//
//     const auto beside = sqlite_catalog_beside(work);
//     const auto made = beside->load("/mnt/storage/bacula.sql");
//     if (bacula::will_do(made.sight, work.outlook.newest)) beside->put(made);
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "recover/action.hpp"
#include "recover/bacula/catalog_choice.hpp"

namespace recover::system {
class Processes;
}

namespace recover {

struct CatalogWork {
  system::Processes& processes;
  const ProvideCatalog& action;
  bacula::OnScanned on_progress;   // bytes, of how many, and of which file
  bacula::CatalogOutlook outlook;  // of the catalogs that there are
  std::string scratch;             // a directory of its own in the environment, as the host sees it
};

struct MadeCatalog {
  bacula::CatalogSight sight;
  std::string known;  // of a server's: what it has told of its backups
};

class CatalogBeside {
 public:
  virtual ~CatalogBeside() = default;
  // A Director that was killed may have left a change half made, which would be rolled back when it is next
  // started. Throws Failed.
  virtual void bring_to_rest() = 0;
  // The environment's own, which by the outlook will do: whether it does when it is asked itself.
  virtual bacula::CatalogSight ask_own() = 0;
  // Makes one from a dump, or by bscan from the volumes of the outlook. What was made before goes. Throws
  // Failed.
  virtual MadeCatalog load(const std::string& dump) = 0;
  virtual MadeCatalog scan() = 0;
  // The one that was made last takes the own one's place; where that is kept, or empty. Throws Failed.
  virtual std::string put(const MadeCatalog& made) = 0;
  // What was made and has not been put anywhere is removed. Throws Failed.
  virtual void leave() = 0;
};

// `work` outlives it.
std::unique_ptr<CatalogBeside> sqlite_catalog_beside(const CatalogWork& work);
std::unique_ptr<CatalogBeside> served_catalog_beside(const CatalogWork& work);

// `made`, which is whole and in another directory of the same filesystem, in the place of `file`, with its
// owner and mode. The former is kept beside as FILE.before-recovery, or with a number behind it; at every
// moment one of the two is FILE, and whole. Returns the name of what is kept; empty: there was none. Throws
// Failed.
std::string put_catalog(const std::string& made, const std::string& file);

}  // namespace recover
