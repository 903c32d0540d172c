// The files of the backup that would be restored, from a SQLite catalog's file alone: no Director is asked,
// and nothing is written to it.
//
//     FileListWriter list(keep + "/backup.files");
//     const auto jobs = list_from_catalog({.catalog = path, .newest = request}, list);
//     list.finish();
#pragma once

#include <string>
#include <vector>

#include "recover/bacula/backup.hpp"
#include "recover/bacula/file_list.hpp"
#include "recover/bacula/newest_backup.hpp"

namespace recover::bacula {

struct CatalogListRequest {
  std::string catalog;   // its file
  NewestRequest newest;  // the job, and the moment
};

// The jobs of the chain, oldest first: the last Full, the last Differential behind it, and the Incrementals
// behind that, as the Director chooses them. Throws Failed when the catalog cannot be read, does not know the
// newest backup that volumes and bootstrap file tell of, or has lost the files of one of these jobs.
std::vector<BackupJob> list_from_catalog(const CatalogListRequest& request, FileListWriter& list);

}  // namespace recover::bacula
