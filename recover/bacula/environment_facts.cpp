// What the environment needs besides its configuration: the catalog, directories, keys.
#include <algorithm>

#include "recover/bacula/catalog_server.hpp"
#include "recover/bacula/environment_maker.hpp"
#include "recover/system/text.hpp"

namespace recover::bacula {
namespace {

template <typename Act>
void each_directive(const Nodes& nodes, const Act& act) {
  for (const auto& node : nodes) {
    if (node.block)
      each_directive(node.nodes, act);
    else
      act(node);
  }
}

void add(std::vector<std::string>& to, const std::string& value) {
  if (!value.empty() && std::find(to.begin(), to.end(), value) == to.end()) to.push_back(value);
}

// What runs a program: its arguments may hold a password.
bool is_command(const std::string& word) {
  static const std::set<std::string> commands{"command",
                                              "console",
                                              "runbeforejob",
                                              "runafterjob",
                                              "runafterfailedjob",
                                              "clientrunbeforejob",
                                              "clientrunafterjob",
                                              "consolerunbeforejob",
                                              "consolerunafterjob",
                                              "mailcommand",
                                              "operatorcommand",
                                              "drivercommand",
                                              "plugin",
                                              "pluginoptions"};
  return commands.contains(word);
}

std::string driver_in(const std::string& text) {
  const auto word = system::lower(text);
  for (const auto& [part, driver] :
       {std::pair("postgres", "postgresql"), std::pair("pgsql", "postgresql"), std::pair("mysql", "mysql"),
        std::pair("maria", "mysql"), std::pair("sqlite", "sqlite3")})
    if (word.find(part) != std::string::npos) return driver;
  return "";
}

}  // namespace

void EnvironmentMaker::hide_secrets() {
  for (const auto* nodes : {&director, &storage, &client, &console})
    each_directive(*nodes, [this](const ConfigurationNode& node) {
      if (is_secret(node.word)) {
        // A key's file is no secret, but is hidden as well: law 6 does not weigh.
        edits.hide(node.value, "***");
        if (node.word.find("key") == std::string::npos || node.word == "accesskey" ||
            node.word == "secretkey")
          for (const auto& value : node.values) edits.hide_value(value);
      } else if (is_command(node.word) && !node.values.empty()) {
        const auto& value = node.values.front();
        const auto space = value.find_first_of(" \t\n:");
        if (space != std::string::npos)
          edits.hide(node.value, '"' + value.substr(0, space) + " (its arguments are not shown)\"");
      }
    });
}

// Not that of the machine, which is gone on the day, nor one on another host, which need not be there: the
// environment has one of its own, with a copy of the catalog (catalog_server.hpp).
void EnvironmentMaker::use_own_server(const ConfigurationNode& node, CatalogAccess& catalog) {
  const std::string why = "the environment has a server and a copy of the catalog of its own, on no network";
  const auto server = server_name(catalog.driver);
  catalog.needs.push_back("a " + server + " server with the database " + catalog.dbname + " at " +
                          ServerPlaces::sockets);
  if (!catalog.address.empty() && !is_own_address(catalog.address))
    remark("The Catalog \"" + catalog.name + "\" is on the machine " + catalog.address +
           ": the environment has a copy of it, and does not ask that machine");
  take_out(node, {"dbport", "dbsslmode", "dbsslkey", "dbsslcert", "dbsslca", "dbsslcapath", "dbsslcipher"},
           why);
  if (catalog.driver == "postgresql") {
    take_out(node, {"dbsocket"}, why);
    set(node, node.find("address") == nullptr ? "dbaddress" : "address", "DB Address",
        '"' + std::string(ServerPlaces::sockets) + '"', why);
  } else {
    take_out(node, {"dbaddress", "address"}, why);
    set(node, "dbsocket", "DB Socket", '"' + std::string(ServerPlaces::mariadb_socket) + '"', why);
  }
}

void EnvironmentMaker::find_catalogs() {
  for (const auto* node : of_kind(director, {"catalog"})) {
    const auto either = [node](const char* one, const char* other) {
      auto value = node->text(one);
      return value.empty() ? node->text(other) : value;
    };
    CatalogAccess catalog;
    catalog.name = node->name();
    catalog.dbname = either("dbname", "databasename");
    catalog.user = either("dbuser", "user");
    catalog.socket = node->text("dbsocket");
    catalog.address = either("dbaddress", "address");
    catalog.port = node->text("dbport");
    catalog.driver = driver_in(either("dbdriver", "dbtype"));
    if (catalog.driver.empty() && needs.catalogs.size() == 1) catalog.driver = needs.catalogs.front();
    if (catalog.dbname.empty())
      refuse("The Catalog \"" + catalog.name + "\" has no dbname", "Add it to bacula-dir.conf");
    const auto directors = of_kind(director, {"director"});
    const auto working = directors.empty() ? "" : directors.front()->text("workingdirectory");
    if (catalog.driver == "sqlite3") {
      catalog.needs.push_back("a copy of the file " + working + "/" + catalog.dbname + ".db");
    } else if (catalog.driver.empty()) {
      remark("Neither the Catalog \"" + catalog.name +
             "\" nor what is installed tells the kind of its database");
    } else {
      use_own_server(*node, catalog);
    }
    for (auto& need : catalog.needs) need = system::printable(need);
    made.catalogs.push_back(std::move(catalog));
  }
  const bool served = std::any_of(made.catalogs.begin(), made.catalogs.end(),
                                  [](const auto& one) { return is_served(one.driver); });
  if (served && made.catalogs.size() > 1)
    refuse(
        "bacula-dir.conf has " + std::to_string(made.catalogs.size()) +
            " Catalogs, and the environment has a copy of one alone",
        "Let the Director have one Catalog, that of this machine's Client; or make the environment by hand "
        "(docs/handbook.md, 1.3)");
  if (made.catalogs.empty())
    refuse("bacula-dir.conf has no Catalog",
           "Without one the Director does not know what is on the volumes: add it");
}

void EnvironmentMaker::find_paths() {
  auto& paths = made.paths;
  const std::map<std::string, std::vector<std::string>*> lists{
      {"workingdirectory", &paths.working_directories},
      {"piddirectory", &paths.pid_directories},
      {"plugindirectory", &paths.plugin_directories},
      {"scriptsdirectory", &paths.script_directories},
      {"queryfile", &paths.query_files},

      {"changercommand", &paths.programs},
      {"mountcommand", &paths.programs},
      {"unmountcommand", &paths.programs},
      {"tlscacertificatefile", &paths.credentials},
      {"tlscacertificatedir", &paths.credentials},
      {"tlscertificate", &paths.credentials},
      {"tlskey", &paths.credentials},
      {"tlsdhfile", &paths.credentials},
      {"pkikeypair", &paths.credentials},
      {"pkisigner", &paths.credentials},
      {"pkimasterkey", &paths.credentials},
      {"dbsslkey", &paths.credentials},
      {"dbsslcert", &paths.credentials},
      {"dbsslca", &paths.credentials},
      {"dbsslcapath", &paths.credentials}};
  for (const auto* nodes : {&director, &storage, &client, &console})
    each_directive(*nodes, [&](const ConfigurationNode& node) {
      const auto found = lists.find(node.word);
      if (found == lists.end()) return;
      for (const auto& value : node.values)
        add(*found->second,
            found->second == &paths.programs ? value.substr(0, value.find_first_of(" \t")) : value);
    });
  for (const auto* nodes : {&director, &storage, &client})
    for (const auto* messages : of_kind(*nodes, {"messages"}))
      for (const auto& node : messages->nodes)
        if ((node.word == "file" || node.word == "append") && !node.values.empty())
          add(paths.logs, node.values.front());
  for (const auto* device : of_kind(storage, {"device"})) {
    const auto other = needs.archive_devices.find(device->name());
    auto path = other == needs.archive_devices.end() ? device->text("archivedevice") : other->second;
    const auto type = keyword(device->text("devicetype"));
    if (!path.starts_with('/') || path.starts_with("/dev/") || (!type.empty() && type != "file"))
      remark("The Device \"" + device->name() + "\" is no directory of volumes: recover reads those alone");
    paths.archive_devices.push_back({device->name(), std::move(path), device->text("mediatype")});
  }
}

// What is left in the files of other machines; nothing there calls them unasked.
void EnvironmentMaker::remark_others() {
  for (const auto* one : of_kind(director, {"client"}))
    if (one->name() != made.client)
      remark("The Client \"" + one->name() +
             "\" stays, and is another machine: nothing may be restored to it");
  const auto& own = made.storages;
  for (const auto* one : of_kind(director, {"storage", "autochanger"}))
    if (std::find(own.begin(), own.end(), one->name()) == own.end())
      remark("The Storage \"" + one->name() +
             "\" stays, and is another machine's: backups there need that machine");
  for (const auto* job : of_kind(director, {"job"}))
    if (type_of(*job) == "restore" && job->find("regexwhere") != nullptr)
      remark("The restore job \"" + job->name() +
             "\" has a RegexWhere: see that it does not change where files go");
  for (const auto* daemon : of_kind(client, {"filedaemon", "client"}))
    if (is_yes(daemon->text("pkiencryption")))
      remark(
          "The File Daemon encrypts: its key pair must be in the environment, and bextract cannot restore");
  for (const auto* fileset : of_kind(director, {"fileset"}))
    for (const auto& part : fileset->nodes)
      if (part.block && part.find("plugin") != nullptr)
        remark("The FileSet \"" + fileset->name() +
               "\" has what a plugin gives: it must be in the environment");
  std::sort(made.hosts.begin(), made.hosts.end());
  made.hosts.erase(std::unique(made.hosts.begin(), made.hosts.end()), made.hosts.end());
}

}  // namespace recover::bacula
