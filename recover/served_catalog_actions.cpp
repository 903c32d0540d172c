#include "recover/served_catalog_actions.hpp"

#include <pwd.h>
#include <unistd.h>

#include <filesystem>

#include "recover/bacula/database_access.hpp"
#include "recover/bacula/dump_file.hpp"
#include "recover/catalog_text.hpp"
#include "recover/environment_actions.hpp"
#include "recover/error.hpp"
#include "recover/layout.hpp"
#include "recover/served_catalog.hpp"
#include "recover/system/files.hpp"
#include "recover/system/host.hpp"
#include "recover/system/mount.hpp"
#include "recover/system/text.hpp"
#include "recover/system/tree_root.hpp"

namespace recover {
namespace {

using namespace std::chrono_literals;
using Places = bacula::ServerPlaces;

// A dump waits for whoever changes the tables' form, and says nothing meanwhile.
constexpr auto patience_with_a_dump = 30min;
constexpr int tries = 3;
constexpr auto between_tries = 2s;
constexpr std::int64_t between_reports = std::int64_t{16} << 20;
// Data without a row, and the log of what is loaded; and how much larger than its dump a catalog with its
// indexes is at most.
constexpr std::int64_t empty_data_bytes = std::int64_t{512} << 20;
constexpr std::int64_t growth = 3;
constexpr const char* secrets = "/run/recover-secret";

// A file for one program alone; gone with its owner.
class Secret {
 public:
  explicit Secret(const std::string& content) {
    if (content.empty()) return;
    system::make_directories(secrets, 0700);
    system::write_file(path(), content, 0600);
  }
  ~Secret() {
    ::unlink(path().c_str());
    ::rmdir(secrets);
  }
  Secret(const Secret&) = delete;
  Secret& operator=(const Secret&) = delete;
  static std::string path() { return std::string(secrets) + "/database"; }
};

bool has_system_user(const std::string& name) {
  return ::getpwnam(name.c_str()) != nullptr;
}

bool has_own_server(const std::string& environment, const std::string& configuration,
                    const std::string& client, const std::string& kind) {
  const auto access = bacula::find_database_in(environment, configuration, client);
  return access && access->is_own_server(kind);
}

std::vector<std::string> own_names() {
  auto names = system::own_addresses();
  names.push_back(system::host_name());
  return names;
}

void tell_progress(Observer& observer, std::int64_t bytes, std::int64_t total, const std::string& current) {
  observer.observe(
      Event("progress").with("bytes", bytes).with("total-bytes", total).with("current", current));
}

// A table that a job of the Director's needs for a moment: there when the tables were listed, gone when it
// was its turn.
bool lost_a_table(const std::string& said) {
  return said.find("does not exist") != std::string::npos || said.find("doesn't exist") != std::string::npos;
}

// Why this way did not do; empty: the dump is there.
std::string try_once(system::Processes& processes, const bacula::DumpWay& way, const std::string& kind,
                     const std::string& to, Observer& observer) {
  const Secret secret(way.secret);
  try {
    system::write_file_by(to, 0600, [&](const system::Write& write) {
      std::int64_t bytes = 0, told = 0;
      const auto result =
          processes.run({.argv = way.argv, .stall = patience_with_a_dump}, [&](std::string_view piece) {
            write(piece);
            bytes += static_cast<std::int64_t>(piece.size());
            if (bytes < told + between_reports) return;
            told = bytes;
            tell_progress(observer, bytes, 0, "the catalog");
          });
      if (result.status == 0) return;
      auto said = system::redact(result.err).substr(0, 400);
      said.erase(said.find_last_not_of(" \n\r\t") + 1);
      throw Failed(result.stalled ? "it hung" : system::printable(said), "");
    });
    bacula::require_dump_of(kind, to);
    return "";
  } catch (const Failed& error) {
    return way.who + ": " + error.problem();
  }
}

std::string try_way(system::Processes& processes, const bacula::DumpWay& way, const std::string& kind,
                    const std::string& to, Observer& observer) {
  for (int left = tries;; --left) {
    auto why = try_once(processes, way, kind, to, observer);
    if (left == 1 || !lost_a_table(why)) return why;
    processes.pause(between_tries);
  }
}

}  // namespace

void require_room_for_dump(const std::string& environment, std::int64_t dump) {
  const auto needed = empty_data_bytes + growth * dump, free = system::free_bytes(environment);
  if (free >= needed) return;
  throw Refused("The catalog's dump of " + system::human_bytes(dump) + " needs up to " +
                    system::human_bytes(needed) + " when it is loaded; free at " + environment + " is " +
                    system::human_bytes(free),
                "Make room there, but delete no Bacula volume");
}

std::unique_ptr<system::Child> start_catalog(system::Processes& processes, const StartCatalog& action) {
  if (!has_own_server(action.environment, action.configuration, action.client, action.kind)) return nullptr;
  if (!system::TreeRoot(action.environment).has(Places::data))
    throw Failed("The recovery environment has no catalog in " + std::string(Places::data),
                 "Make it anew on the healthy machine: recover --playbook environment");
  ServedCatalog catalog(processes, {action.kind, action.environment},
                        catalog_names(action.environment, action.configuration, action.client),
                        action.patience);
  catalog.start();
  return catalog.release();
}

void dump_catalog(system::Processes& processes, const DumpCatalog& action, Observer& observer) {
  const auto access = bacula::find_database(action.configuration, action.client, machine_sources(processes));
  if (!access)
    throw Failed(action.configuration + "/bacula-dir.conf names no catalog", "Add a Catalog resource to it");
  const system::TreeRoot root(action.root);
  root.make_directories(Places::home, 0755);
  const auto to =
      root.real_path(Places::home) + "/" + std::filesystem::path(Places::dump).filename().string();
  const bool here = access->is_here(own_names());
  std::vector<std::string> tried;
  for (const auto& way : bacula::dump_ways(action.kind, *access, here, has_system_user(access->names.user),
                                           bacula::find_server_programs(action.kind, "/"), Secret::path())) {
    const auto why = try_way(processes, way, action.kind, to, observer);
    if (why.empty()) {
      const auto bytes = static_cast<std::int64_t>(std::filesystem::file_size(to));
      return observer.observe(Event("catalog-copied")
                                  .with("from", bacula::server_name(action.kind) + "'s database " +
                                                    access->names.database + " (" + way.who + ")")
                                  .with("bytes", bytes));
    }
    tried.push_back(why);
  }
  throw Failed("The catalog, " + bacula::server_name(action.kind) + "'s database " + access->names.database +
                   (here ? "" : " on " + access->address) +
                   ", could not be dumped: " + system::joined(tried, "; "),
               "See that its server runs, and that the Director's user or its administrator may read all of "
               "it; the Catalog resource of " +
                   action.configuration + "/bacula-dir.conf says how it is reached");
}

void load_catalog(system::Processes& processes, const LoadCatalog& action, Observer& observer) {
  const system::TreeRoot root(action.root);
  const auto dump =
      root.real_path(Places::home) + "/" + std::filesystem::path(Places::dump).filename().string();
  std::error_code none;
  const auto size = std::filesystem::file_size(dump, none);
  if (none)
    throw Failed("The recovery environment has no " + std::string(Places::dump),
                 "Dump the catalog once more: --restart");
  const auto bytes = static_cast<std::int64_t>(size);
  remove_data_beside(action.root);
  require_room_for_dump(action.root, bytes);
  ServedCatalog catalog(processes, {action.kind, action.root, Places::data_beside, true},
                        catalog_names(action.root, action.configuration, action.client));
  catalog.make_data();
  catalog.start();
  catalog.load(dump, [&](std::int64_t done, std::int64_t total) {
    tell_progress(observer, done, total, "the catalog");
  });
  const auto text = catalog.known();
  const auto known = bacula::parse_known_backups(text);
  catalog.stop();
  put_catalog_data(action.root, text, false);
  observer.observe(Event("catalog-loaded")
                       .with("server", bacula::server_name(action.kind))
                       .with("bytes", bytes)
                       .with("backups", static_cast<std::int64_t>(known.backups.size())));
}

void hand_over_dump(system::Processes& processes, const HandOverCatalog& action, Observer& observer) {
  try {
    if (!has_own_server(action.environment, action.configuration, action.client, action.kind))
      throw Failed("the recovery environment was made by hand, and its Director has the catalog elsewhere",
                   "");
    const auto names = catalog_names(action.environment, action.configuration, action.client);
    const system::TreeRoot root(action.root);
    root.make_directories(Layout::handed_over, 0700);
    const std::string inside = std::string(Layout::handed_over) + Layout::handed_over_dump;
    ServedCatalog catalog(processes, {action.kind, action.environment}, names);
    catalog.start();
    catalog.dump(root.real_path(Layout::handed_over) + Layout::handed_over_dump);
    catalog.stop();
    // The machine's own Director may call it otherwise; the environment's has its names from there.
    observer.observe(Event("catalog-left")
                         .with("to", inside)
                         .with("server", bacula::server_name(action.kind))
                         .with("commands", load_there_commands(action.kind, names, inside)));
  } catch (const Failed& error) {
    observer.observe(Event("catalog-not-handed-over").with("why", error.problem()));
  }
}

}  // namespace recover
