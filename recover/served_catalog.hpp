// Runs the recovery environment's database server (bacula/catalog_server.hpp), and asks, loads and dumps the
// catalog in it. One at a time: all have the same socket.
//
//     ServedCatalog catalog(processes, server, names);   // server.data: ServerPlaces::data_beside
//     catalog.make_data();
//     catalog.start();
//     catalog.load(dump, on_loaded);
//     const auto known = catalog.known();
//     catalog.stop();
//     put_catalog_data(environment, known);
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "recover/bacula/catalog_server.hpp"
#include "recover/bacula/known_backups.hpp"
#include "recover/server_data.hpp"
#include "recover/system/process.hpp"

namespace recover {

// A server of the environment at work; stopped with its owner unless it was released.
class ServedCatalog {
 public:
  // Bytes of the dump that are in, and of how many.
  using OnLoaded = std::function<void(std::int64_t bytes, std::int64_t total)>;

  // `patience`: until it answers, and until it has ended.
  ServedCatalog(system::Processes& processes, bacula::CatalogServer server, bacula::DatabaseNames names,
                std::chrono::milliseconds patience = std::chrono::minutes(2));
  ~ServedCatalog();
  ServedCatalog(const ServedCatalog&) = delete;
  ServedCatalog& operator=(const ServedCatalog&) = delete;

  // Makes an empty directory of data; whatever lies at that place goes first. Nothing runs yet.
  void make_data();
  // Waits until it answers. Throws Failed with its last words, also when another one runs on that data.
  void start();
  // An empty database without tables, as Bacula's own script makes it.
  void make_database();
  // Rows as lines, with tabs between columns. Throws Failed with what the server said of the first error.
  // Where `statements` are large (tables of Bacula), all of them go in as one script.
  std::string ask(const std::string& statements);
  // Makes the database, and loads a file that pg_dump or mariadb-dump wrote. `stall`: nothing said and
  // nothing read for that long: it hangs. Throws Failed when not all of it is in.
  void load(const std::string& dump, const OnLoaded& on_loaded,
            std::optional<std::chrono::milliseconds> stall = {});
  // A file for its owner alone, whole or not there.
  void dump(const std::string& to);
  // The answer to known_backups_query(): put_catalog_data() keeps it, parse_known_backups() reads it. Throws
  // Failed when the catalog cannot be asked.
  std::string known();
  // Ends it cleanly, so that all is in its files. Throws Failed when it does not end in time: it is killed
  // then, and what it was `careless` with is worth nothing.
  void stop();

  const bacula::CatalogServer& server() const { return server_; }
  const bacula::DatabaseNames& names() const { return names_; }
  // From here on the run's: as the environment's daemons it is stopped at the end.
  std::unique_ptr<system::Child> release();

 private:
  bool is_own(const std::string& dump) const;
  void run(const std::vector<std::string>& argv, const std::string& what);
  void await_answer();
  std::string ask_in(const std::string& database, const std::string& statements);

  system::Processes& processes_;
  bacula::CatalogServer server_;
  bacula::DatabaseNames names_;
  std::chrono::milliseconds patience_;
  std::unique_ptr<system::Child> child_;
};

// As the environment's Director calls its database. Throws Failed when its bacula-dir.conf has no Catalog.
bacula::DatabaseNames catalog_names(const std::string& environment, const std::string& configuration,
                                    const std::string& client);

}  // namespace recover
