// Hostile volumes, of which a backup is adopted without a Director.
#include "recover/bacula/choose.hpp"
#include "recover/bacula/file_list.hpp"
#include "recover/system/files.hpp"
#include "tests/fuzz/volumes.hpp"

void recover::fuzz::try_input(std::string_view input) {
  static const Directory keep, given;
  const Volumes volumes(input);
  const auto bootstrap = given.put("job.bsr", bacula::to_text(volumes.bootstrap()));
  const auto backup =
      bacula::adopt_bootstrap({.bootstrap = bootstrap, .volumes = volumes.path(), .keep = keep.path()});
  require(bacula::read_backup(keep.path()) == backup, "what is kept of a backup is what was adopted");
  std::int64_t files = 0;
  bacula::read_file_list(keep.path() + "/backup.files", [&](const auto&) { ++files; });
  require(files == backup.files, "each file that is counted is listed");
  bacula::parse_bootstrap(system::read_file(keep.path() + "/backup.bsr"), "what was kept");
}
