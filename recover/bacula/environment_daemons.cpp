// Whom the environment's daemons listen to, and where they send what they have to say: this machine alone.
#include <algorithm>

#include "recover/bacula/environment_maker.hpp"
#include "recover/system/text.hpp"

namespace recover::bacula {
namespace {

bool intersects(const std::vector<std::string>& some, const std::set<std::string>& others) {
  return std::any_of(some.begin(), some.end(), [&others](const auto& one) { return others.contains(one); });
}

std::vector<std::string> all_of(const ConfigurationNode& block, const std::string& key) {
  std::vector<std::string> all;
  for (const auto& node : block.nodes)
    if (node.word == key) all.insert(all.end(), node.values.begin(), node.values.end());
  return all;
}

// The first directive of that name in a block within.
std::string deep(const ConfigurationNode& block, const std::string& key) {
  for (const auto& node : block.nodes) {
    auto value =
        node.block ? deep(node, key) : (node.word == key && !node.values.empty() ? node.values[0] : "");
    if (!value.empty()) return value;
  }
  return "";
}

// Of one that is shown as a number no name can be made.
bool is_number(const std::string& address) {
  return address.find_first_not_of("0123456789.") == std::string::npos ||
         address.find(':') != std::string::npos;
}

}  // namespace

bool EnvironmentMaker::is_own_address(const std::string& address) const {
  const auto word = system::lower(address);
  return is_loopback(word) || std::any_of(needs.own_names.begin(), needs.own_names.end(),
                                          [&word](const auto& own) { return system::lower(own) == word; });
}

// Its devices are those of this Storage Daemon; so are its password, or its address.
bool EnvironmentMaker::is_own_storage(const ConfigurationNode& one) const {
  std::set<std::string> devices;
  for (const auto* device : of_kind(storage, {"device", "autochanger"})) devices.insert(device->name());
  if (!intersects(all_of(one, "device"), devices)) return false;
  const auto address = one.text("address").empty() ? one.text("sdaddress") : one.text("address");
  if (is_own_address(address)) return true;
  const auto* known = named(storage, "director", made.director);
  const auto password = one.text("password").empty() ? one.text("sdpassword") : one.text("password");
  return known != nullptr && !password.empty() && known->text("password") == password;
}

void EnvironmentMaker::find_own() {
  const auto directors = of_kind(director, {"director"});
  if (directors.empty()) return refuse("bacula-dir.conf has no Director resource", "Correct it");
  made.director = directors.front()->name();
  for (const auto* nodes : {&storage, &client, &console})
    if (named(*nodes, "director", made.director) == nullptr) {
      const std::string file =
          nodes == &storage ? "bacula-sd.conf" : (nodes == &client ? "bacula-fd.conf" : "bconsole.conf");
      refuse(file + " knows no Director named \"" + made.director + "\", which bacula-dir.conf is of",
             "Add a Director resource of that name to it");
    }

  const auto clients = of_kind(director, {"client"});
  std::string own = needs.client;
  for (const auto* daemon : of_kind(client, {"filedaemon", "client"}))
    if (own.empty() && named(director, "client", daemon->name()) != nullptr) own = daemon->name();
  for (const auto* one : clients)
    if (own.empty() && is_own_address(one->text("address"))) own = one->name();
  if (own.empty() && clients.size() == 1) own = clients.front()->name();
  if (own.empty() || named(director, "client", own) == nullptr)
    refuse(own.empty() ? "No Client of the Director is this machine"
                       : "The Director has no Client named \"" + own + "\"",
           "Give the Client resource the name that the FileDaemon has in bacula-fd.conf");
  made.client = own;

  for (const auto* one : of_kind(director, {"storage", "autochanger"}))
    if (one->name() == needs.storage || is_own_storage(*one)) made.storages.push_back(one->name());
  if (!needs.storage.empty() &&
      std::find(made.storages.begin(), made.storages.end(), needs.storage) == made.storages.end())
    refuse("The Director has no Storage named \"" + needs.storage + "\"",
           "Correct the name of the Storage in the machine profile");
  // The one that was asked for is the first.
  std::stable_partition(made.storages.begin(), made.storages.end(),
                        [this](const auto& name) { return name == needs.storage; });
  if (made.storages.empty())
    refuse(
        "No Storage of the Director is this machine's Storage Daemon: none has both a Device of "
        "bacula-sd.conf "
        "and its password or an address of this machine",
        "The recovery environment needs the volumes on this machine. Let a Storage of the Director have the "
        "Device and the Password of bacula-sd.conf");
}

void EnvironmentMaker::keep_to_loopback() {
  for (const auto* one : of_kind(director, {"director"})) listen(*one, "dir");
  for (const auto* one : of_kind(storage, {"storage"})) listen(*one, "sd");
  for (const auto* one : of_kind(client, {"filedaemon", "client"})) listen(*one, "fd");
  if (const auto* own = named(director, "client", made.client)) connect(*own, "Client");
  for (const auto& name : made.storages)
    for (const char* kind : {"storage", "autochanger"})
      if (const auto* one = named(director, kind, name)) connect(*one, "Storage");
  for (const auto* one : of_kind(console, {"director"}))
    if (one->name() == made.director) connect(*one, "Director");
}

void EnvironmentMaker::listen(const ConfigurationNode& daemon, const std::string& prefix) {
  const std::string why = "only this machine may reach the environment's daemons";
  const std::string written = prefix == "dir" ? "Dir" : (prefix == "sd" ? "SD" : "FD");
  take_out(daemon, {prefix + "sourceaddress"}, "a rescue system need not have that address");
  bool told = false;
  for (const auto& node : daemon.nodes) {
    if (node.word != prefix + "address" && node.word != prefix + "addresses") continue;
    if (!node.block && !node.values.empty() && is_loopback(node.values.front())) {
      told = true;
      continue;
    }
    if (told) {
      take_out(node, why);
      continue;
    }
    told = true;
    std::string by = written + "Address = 127.0.0.1";
    if (const auto port = deep(node, "port"); !port.empty() && daemon.find(prefix + "port") == nullptr)
      by += "\n  " + written + "Port = " + port;
    if (node.torn)
      edits.remove(node);  // which says that it cannot be done
    else
      edits.replace(node.place, by);
    change(node.place, what_it_is(text, node) + " of " + what_it_is(text, daemon) + " is now 127.0.0.1", why);
  }
  if (told) return;
  edits.insert(daemon, written + "Address = 127.0.0.1");
  change(daemon.place, written + "Address = 127.0.0.1 added to " + what_it_is(text, daemon), why);
}

// TLS with certificates compares the name that was connected to with the certificate's, so that name stays.
void EnvironmentMaker::connect(const ConfigurationNode& to, const char* what) {
  const std::string why = "in the environment it is this machine, whatever its name and network are then";
  const bool by_certificate =
      (is_yes(to.text("tlsenable")) || is_yes(to.text("tlsrequire"))) &&
      (to.find("tlscacertificatefile") != nullptr || to.find("tlscacertificatedir") != nullptr) &&
      to.find("tlsallowedcn") == nullptr;
  bool has_address = false;
  for (const auto& node : to.nodes) {
    const bool address = node.word == "address" || node.word == "fdaddress" || node.word == "sdaddress";
    if ((!address && node.word != "fdstorageaddress") || node.values.empty()) continue;
    has_address |= address;
    const auto& name = node.values.front();
    if (is_loopback(name)) continue;
    if (by_certificate && !is_number(name)) {
      made.hosts.push_back(name);
      remark("The " + std::string(what) + " \"" + to.name() + "\" is reached by TLS as " + name +
             ", and its certificate says so: in the environment that name must mean 127.0.0.1");
      continue;
    }
    if (by_certificate)
      remark("The " + std::string(what) + " \"" + to.name() + "\" is reached by TLS at " + name +
             ", and now at 127.0.0.1: its certificate must hold for localhost, or TLS Allowed CN be set");
    edits.replace(node.value, "127.0.0.1");
    change(node.place, what_it_is(text, node) + " of " + what_it_is(text, to) + " is now 127.0.0.1", why);
  }
  if (!has_address) set(to, "address", "Address", "127.0.0.1", why);
}

void EnvironmentMaker::keep_messages_here() {
  for (const auto* nodes : {&director, &storage, &client})
    for (const auto* messages : of_kind(*nodes, {"messages"})) {
      take_out(*messages,
               {"mail", "mailonerror", "mailonsuccess", "mailcommand", "operator", "operatorcommand"},
               "a rescue system does not mail");
      // recover reads there why a daemon does not answer.
      if (nodes == &director && messages->find("console") == nullptr)
        set(*messages, "console", "Console", "all, !skipped, !saved", "what is said must reach somebody");
    }
}

// With several Directors bconsole asks for one, and takes the first line that it is given as the answer.
void EnvironmentMaker::restrict_console() {
  for (const auto* one : of_kind(console, {"director"}))
    if (one->name() != made.director) take_out(*one, "bconsole would ask which Director is meant");
  if (!of_kind(console, {"console"}).empty())
    remark("bconsole.conf has a Console of its own: what that may not do, recover cannot either");
}

void EnvironmentMaker::see_to_the_client() {
  for (const auto* one : of_kind(client, {"director", "filedaemon", "client"})) {
    take_out(*one, {"connecttodirector"}, "the Director calls its Client");
    for (const auto& node : one->nodes)
      if (node.word == "disablecommand" &&
          std::any_of(node.values.begin(), node.values.end(),
                      [](const auto& word) { return keyword(word).find("restore") != std::string::npos; }))
        take_out(node, "it must restore");
  }
}

void EnvironmentMaker::see_to_devices() {
  for (const auto& [name, path] : needs.archive_devices) {
    const auto* device = named(storage, "device", name);
    if (device == nullptr) {
      refuse("bacula-sd.conf has no Device named \"" + name + "\"",
             "Correct its name in the machine profile");
    } else if (device->find("archivedevice") != nullptr) {
      set(*device, "archivedevice", "Archive Device", '"' + path + '"',
          "there the volumes are in the environment");
    }
  }
  if (of_kind(storage, {"device"}).empty())
    refuse("bacula-sd.conf has no Device", "Let the Storage Daemon have the Device of the volumes");
}

void EnvironmentMaker::compare_passwords() {
  const auto differ = [](const ConfigurationNode* one, const ConfigurationNode* other, const char* alias) {
    if (one == nullptr || other == nullptr) return false;
    const auto password = one->text("password").empty() ? one->text(alias) : one->text("password");
    return password != other->text("password");
  };
  const std::string end = " do not have the same Password for each other";
  if (differ(named(director, "client", made.client), named(client, "director", made.director), "fdpassword"))
    remark("The Director and the File Daemon" + end);
  for (const auto& name : made.storages)
    if (differ(named(director, "storage", name), named(storage, "director", made.director), "sdpassword"))
      remark("The Director (Storage \"" + name + "\") and the Storage Daemon" + end);
  if (differ(named(director, "director", made.director), named(console, "director", made.director),
             "password") &&
      of_kind(console, {"console"}).empty())
    remark("The Director and bconsole" + end);
}

}  // namespace recover::bacula
