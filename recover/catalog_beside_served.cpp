// A catalog that a database server has: each is made in a data directory of its own, by a server of its own
// that runs no longer than it is made.
#include <filesystem>
#include <utility>

#include "recover/bacula/catalog_server.hpp"
#include "recover/bacula/known_backups.hpp"
#include "recover/bacula/table_script.hpp"
#include "recover/catalog_beside.hpp"
#include "recover/error.hpp"
#include "recover/served_catalog.hpp"
#include "recover/served_catalog_actions.hpp"
#include "recover/server_data.hpp"
#include "recover/system/files.hpp"
#include "recover/system/process.hpp"
#include "recover/system/tree_root.hpp"

namespace recover {
namespace {

using bacula::ServerPlaces;

class ServedCatalogBeside : public CatalogBeside {
 public:
  explicit ServedCatalogBeside(const CatalogWork& work) : work_(work) {}

  // The server itself does that when it starts.
  void bring_to_rest() override {}

  // A data directory may be damaged whatever the note beside it says.
  bacula::CatalogSight ask_own() override {
    try {
      ServedCatalog catalog(work_.processes, server(ServerPlaces::data, false), names());
      catalog.start();
      const auto made = look(catalog);
      note(made.known);
      return made.sight;
    } catch (const Failed& error) {
      return bacula::unreadable_catalog(error.problem(), work_.outlook.newest);
    }
  }

  MadeCatalog load(const std::string& dump) override {
    std::error_code unknown;
    if (const auto size = std::filesystem::file_size(dump, unknown); !unknown)
      require_room_for_dump(request().environment, static_cast<std::int64_t>(size));
    auto catalog = begin();
    const auto on_loaded = [&](auto bytes, auto total) {
      work_.on_progress(bytes, total, dump);
    };
    catalog->load(dump, on_loaded);
    return look(*catalog);
  }

  MadeCatalog scan() override {
    const system::TreeRoot root(request().environment);
    const auto tables = bacula::statements_of(bacula::require_table_script(root, request().kind), names());
    auto catalog = begin();
    catalog->make_database();
    catalog->ask(tables);
    bacula::scan(work_.processes, bacula::scan_command(catalog->server(), names(), work_.action.bscan),
                 work_.outlook.volumes, work_.action.stall, work_.on_progress);
    // As behind a load: the Director's questions go through whole tables without it.
    if (request().kind == "postgresql") catalog->ask("ANALYZE;\n");
    return look(*catalog);
  }

  std::string put(const MadeCatalog& made) override {
    return put_catalog_data(request().environment, made.known, /*keep=*/true);
  }

  void leave() override { remove_data_beside(request().environment); }

 private:
  const bacula::CatalogRequest& request() const { return work_.action.request; }

  bacula::CatalogServer server(const char* data, bool careless) const {
    return {request().kind, request().environment, data, careless};
  }
  bacula::DatabaseNames names() const {
    return catalog_names(request().environment, request().configuration, request().client);
  }

  // What is killed here is made anew from its start.
  std::unique_ptr<ServedCatalog> begin() const {
    auto catalog =
        std::make_unique<ServedCatalog>(work_.processes, server(ServerPlaces::data_beside, true), names());
    catalog->make_data();
    catalog->start();
    return catalog;
  }

  // Behind it all is in the files: the server has ended.
  MadeCatalog look(ServedCatalog& catalog) const {
    auto known = catalog.known();
    catalog.stop();
    auto sight = bacula::sight_of(bacula::parse_known_backups(known), request().newest.backup_job,
                                  work_.outlook.newest);
    return {std::move(sight), std::move(known)};
  }

  void note(const std::string& known) const {
    const system::TreeRoot root(request().environment);
    if (bacula::text_of_known(root) == known) return;
    system::write_file(root.real_path(ServerPlaces::home) + "/known", known, 0644);
  }

  const CatalogWork& work_;
};

}  // namespace

std::unique_ptr<CatalogBeside> served_catalog_beside(const CatalogWork& work) {
  return std::make_unique<ServedCatalogBeside>(work);
}

}  // namespace recover
