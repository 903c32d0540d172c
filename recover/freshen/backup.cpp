#include "recover/freshen/backup.hpp"

#include <sys/stat.h>

#include <filesystem>

#include "recover/error.hpp"
#include "recover/system/machine.hpp"
#include "recover/verify/outside.hpp"

namespace recover::freshen {
namespace {

std::string named(const bacula::JobRecord& job) {
  return "job " + std::to_string(job.id) + " of " + job.end;
}

void add(Piece& piece, const Answer& answer) {
  if (answer.verdict == Verdict::holds)
    piece.current = answer.evidence;
  else
    piece.missing.push_back({answer.evidence, answer.remedy});
}

// A link may lead to the root that it is a copy for.
bool lies_on(const std::string& storage, const std::string& path) {
  std::error_code unreadable;
  const auto real = std::filesystem::canonical(path, unreadable).string();
  const auto top = std::filesystem::canonical(storage, unreadable).string();
  return !unreadable && real.starts_with(top + "/");
}

}  // namespace

Piece look_at_backups(const Profile& profile, const Backups& backups) {
  Piece piece{"backups", "", {}, {}, {}};
  if (backups.newest)
    piece.current = "the newest good backup is " + named(*backups.newest);
  else
    piece.missing.push_back({"The catalog knows no good backup of the job " + profile.bacula.backup_job,
                             "Run one and have it verified: recover verify-backup"});
  return piece;
}

Piece look_at_bootstrap(const Profile& profile, const StorageFacts& storage, const Backups& backups) {
  Piece piece{"bootstrap", storage.bootstrap + " is there", {}, {}, {}};
  const auto& job = backups.in_bootstrap;
  try {
    if (storage.bootstrap.empty() || job)
      add(piece, verify::bootstrap_tells_of(profile, storage.mount_point, job.value_or(bacula::JobRecord{})));
  } catch (const Error& error) {
    piece.missing.push_back({error.problem(), error.remedy()});
    return piece;
  }
  if (job) piece.current = storage.bootstrap + " tells of " + named(*job);
  if (storage.bootstrap.empty()) return piece;
  if (!storage.problem.empty())
    piece.missing.push_back(
        {"The bootstrap file cannot be read: " + storage.problem, "Run a Full backup, which writes it anew"});
  for (const auto& volume : storage.volumes)
    if (!volume.problem.empty())
      piece.missing.push_back({volume.problem + "; " + storage.bootstrap + " names it",
                               "Find the volume; if it is gone for good, run a Full backup"});
  return piece;
}

bool wants_dump(const Profile& profile) {
  // Nobody else sees to the catalog of a server in an environment that is made by hand.
  return !profile.verify.catalog_dump.empty() ||
         (profile.environment.by_hand && profile.bacula.catalog != "sqlite3");
}

Piece look_at_dump(const Profile& profile, const StorageFacts& storage, const Backups& backups) {
  Piece piece{"catalog-dump", "", {}, {}, {}};
  const auto path = verify::catalog_copy(profile, storage.mount_point);
  add(piece, verify::catalog_copy_is_there(path));
  struct stat file {};
  if (!piece.missing.empty() || ::stat(path.c_str(), &file) != 0) return piece;
  if (!lies_on(storage.mount_point, path))
    piece.missing.push_back({path + " is a link that leads away from the storage volume",
                             "Dump the catalog to the storage volume itself"});
  if (!backups.newest) return piece;
  if (file.st_mtime < backups.newest->ended)
    piece.missing.push_back({"The dump of the catalog " + path + ", of " + system::local_time(file.st_mtime) +
                                 ", is older than the newest backup, " + named(*backups.newest),
                             "Dump the catalog after each backup: a Run After Job of it, or a job of its own "
                             "with a lower priority"});
  else
    piece.current = path + " is newer than " + named(*backups.newest);
  return piece;
}

}  // namespace recover::freshen
