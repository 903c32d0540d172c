// Which catalog the recovery environment's Director shall use: its own when that knows the newest backup of
// the machine, else the newest dump, else one that bscan makes from the volumes. What is known of that
// beforehand, for the dry run and for who does it; nothing is written.
//
//     for (const auto& line : outlook_text(look_at_catalogs(request))) ...
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "recover/bacula/catalog_sight.hpp"
#include "recover/bacula/newest_backup.hpp"
#include "recover/bacula/scan.hpp"

namespace recover::bacula {

struct CatalogRequest {
  std::string environment;            // its root
  std::string configuration, client;  // Bacula's, in it
  std::string kind;                   // sqlite3, postgresql, mysql
  NewestRequest newest;
  std::string dump;               // a file on the storage volume; empty: the profile names none
  std::string catalog_bootstrap;  // of the job that backs the dump up; empty: the profile names none
};

struct CatalogOutlook {
  struct Dump {
    std::string path;
    std::int64_t size = 0, written = 0;
  };
  std::string file;     // the environment's catalog (or its server's data), as the host sees it; empty: there
                        // can be none
  std::string problem;  // why; else empty
  NewestBackup newest;
  CatalogSight own;
  bool own_is_to_be_asked = false;  // a server's, and no note tells what it knows
  std::vector<Dump> dumps;          // that are there, the newest first
  std::string catalog_bootstrap;    // that is there; else empty
  bool can_scan = false;            // bscan is in the environment
  VolumesToScan volumes;
};

// The environment's catalog, as the host sees it; empty: there can be none.
std::string catalog_path(const CatalogRequest& request);

// Where the environment's own will do, nothing else is looked for.
CatalogOutlook look_at_catalogs(const CatalogRequest& request);
// Dumps, volumes and bscan, although it would do.
void look_at_others(const CatalogRequest& request, CatalogOutlook& outlook);

// It knows the newest backup; or, where nothing tells which that is, any.
bool will_do(const CatalogSight& sight, const NewestBackup& newest);

// "It does not know BackupAlder, Full, 2026-11-23 01:14:24": what stands against it.
std::string against(const CatalogSight& sight, const NewestBackup& newest);

// What will be done, and what that costs, a sentence each.
std::vector<std::string> outlook_text(const CatalogOutlook& outlook);

// What a catalog lacks that was made so, a sentence each. `others`: jobs that it does not know.
std::vector<std::string> cost_of_dump(const std::vector<KnownJob>& others);
std::vector<std::string> cost_of_scan(const VolumesToScan& volumes);

}  // namespace recover::bacula
