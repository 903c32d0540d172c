// A catalog that is a file of SQLite.
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>

#include "recover/bacula/catalog_load.hpp"
#include "recover/bacula/catalog_sight.hpp"
#include "recover/bacula/table_script.hpp"
#include "recover/catalog_beside.hpp"
#include "recover/error.hpp"
#include "recover/layout.hpp"
#include "recover/system/answers.hpp"
#include "recover/system/files.hpp"
#include "recover/system/process.hpp"
#include "recover/system/tree_root.hpp"

namespace recover {
namespace {

namespace fs = std::filesystem;

constexpr int most_kept = 99;

[[noreturn]] void cannot_keep(const std::string& file, int error) {
  throw Failed("Could not keep the former catalog " + file + " beside the new one: " + system::answer(error),
               system::remedy_for(error, file));
}

bool same_file(const std::string& a, const std::string& b) {
  struct stat one {
  }, other{};
  return ::lstat(a.c_str(), &one) == 0 && ::lstat(b.c_str(), &other) == 0 && one.st_dev == other.st_dev &&
         one.st_ino == other.st_ino;
}

// A second name: the first stays until the new one takes it. What a killed run has kept is not kept twice.
std::string keep_former(const std::string& file) {
  for (int number = 1; number <= most_kept; ++number) {
    const auto kept = file + ".before-recovery" + (number == 1 ? "" : "." + std::to_string(number));
    if (same_file(file, kept)) return kept;
    if (::link(file.c_str(), kept.c_str()) == 0) return kept;
    if (errno == ENOENT) return "";
    if (errno != EEXIST) cannot_keep(file, errno);
  }
  cannot_keep(file, EEXIST);
}

// What SQLite would roll back into the new one. A catalog that could be read has none any more.
void keep_unfinished(const std::string& file, const std::string& kept) {
  for (const std::string part : {"-journal", "-wal", "-shm"})
    if (::rename((file + part).c_str(), ((kept.empty() ? file + ".before-recovery" : kept) + part).c_str()) !=
            0 &&
        errno != ENOENT)
      cannot_keep(file + part, errno);
}

void give_like(const std::string& made, const std::string& file) {
  struct stat status {};
  mode_t mode = 0640;
  if (::lstat(file.c_str(), &status) == 0 && S_ISREG(status.st_mode)) {
    mode = status.st_mode & 07777;
  } else if (::stat(fs::path(file).parent_path().c_str(), &status) != 0) {
    cannot_keep(file, errno);
  }
  if (::chown(made.c_str(), status.st_uid, status.st_gid) != 0 || ::chmod(made.c_str(), mode) != 0)
    throw Failed("Could not give " + made + " to its owner: " + system::answer(errno),
                 system::remedy_for(errno, made));
}

class SqliteCatalogBeside : public CatalogBeside {
 public:
  explicit SqliteCatalogBeside(const CatalogWork& work) : work_(work) {}

  void bring_to_rest() override {
    const auto file = bacula::catalog_path(request());
    if (!file.empty() && !bacula::unfinished_change(file).empty()) bacula::roll_back_unfinished(file);
  }

  // It was read as it lies, and no server stands between.
  bacula::CatalogSight ask_own() override { return work_.outlook.own; }

  MadeCatalog load(const std::string& dump) override {
    begin();
    bacula::load_catalog_dump(
        dump, made(), [&](std::int64_t bytes, std::int64_t total) { work_.on_progress(bytes, total, dump); });
    return look();
  }

  MadeCatalog scan() override {
    begin();
    make_empty();
    bacula::write_ahead(made());
    bacula::scan(work_.processes, work_.action.bscan, work_.outlook.volumes, work_.action.stall,
                 work_.on_progress);
    bacula::close_catalog(made());
    return look();
  }

  std::string put(const MadeCatalog&) override { return put_catalog(made(), work_.outlook.file); }

  void leave() override {}  // all of it is in the scratch directory

 private:
  const bacula::CatalogRequest& request() const { return work_.action.request; }
  // bscan finds it by its name.
  std::string made() const { return work_.scratch + Layout::scanned_catalog; }

  void begin() const {
    for (const auto* part : {"", "-journal", "-wal", "-shm"}) ::unlink((made() + part).c_str());
  }

  MadeCatalog look() const {
    return {bacula::look_at_catalog(made(), request().newest.backup_job, work_.outlook.newest), ""};
  }

  void make_empty() const {
    if (work_.outlook.own.readable()) return bacula::make_empty_catalog(work_.outlook.file, made());
    const system::TreeRoot root(request().environment);
    bacula::make_empty_catalog_by(bacula::require_table_script(root, request().kind), made());
  }

  const CatalogWork& work_;
};

}  // namespace

std::unique_ptr<CatalogBeside> sqlite_catalog_beside(const CatalogWork& work) {
  return std::make_unique<SqliteCatalogBeside>(work);
}

std::string put_catalog(const std::string& made, const std::string& file) {
  give_like(made, file);
  if (const system::Descriptor held(::open(made.c_str(), O_RDONLY | O_CLOEXEC));
      !held || ::fsync(held.get()) != 0)
    throw Failed("Could not bring " + made + " to the disk: " + system::answer(errno),
                 system::remedy_for(errno, made));
  const auto kept = keep_former(file);
  keep_unfinished(file, kept);
  if (::rename(made.c_str(), file.c_str()) != 0)
    throw Failed("Could not put the new catalog in the place of " + file + ": " + system::answer(errno),
                 system::remedy_for(errno, file));
  system::sync_directory(fs::path(file).parent_path().string());
  return kept;
}

}  // namespace recover
