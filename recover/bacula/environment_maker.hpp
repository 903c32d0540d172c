// What the parts of environment_configuration.hpp share: the machine's configuration, the changes in it, and
// the words for them. environment_jobs.cpp sees to the Director's jobs, environment_daemons.cpp to whom the
// daemons listen and write to, environment_facts.cpp to what they need besides.
#pragma once

#include <initializer_list>
#include <set>
#include <string>
#include <vector>

#include "recover/bacula/configuration_edit.hpp"
#include "recover/bacula/environment_configuration.hpp"

namespace recover::bacula {

using Nodes = std::vector<ConfigurationNode>;

struct EnvironmentMaker {
  EnvironmentMaker(const std::string& directory, const Sources& sources, const EnvironmentNeeds& wanted);

  EnvironmentFiles make();

  // environment_jobs.cpp
  void restrict_jobs();
  std::string type_of(const ConfigurationNode& job) const;
  std::string of_job(const ConfigurationNode& job, const std::string& key) const;  // with its JobDefs
  void tame(const ConfigurationNode& job);
  void make_restore_job();
  void stop_pruning();

  // environment_daemons.cpp
  void find_own();
  bool is_own_address(const std::string& address) const;
  bool is_own_storage(const ConfigurationNode& storage) const;
  void keep_to_loopback();
  void listen(const ConfigurationNode& daemon, const std::string& prefix);
  void connect(const ConfigurationNode& to, const char* what);
  void keep_messages_here();
  void restrict_console();
  void see_to_the_client();
  void see_to_devices();
  void compare_passwords();

  // environment_facts.cpp
  void hide_secrets();
  void find_catalogs();
  void use_own_server(const ConfigurationNode& node, CatalogAccess& catalog);
  void find_paths();
  void remark_others();

  std::vector<const ConfigurationNode*> of_kind(const Nodes& nodes,
                                                std::initializer_list<const char*> kinds) const;
  const ConfigurationNode* named(const Nodes& nodes, const char* kind, const std::string& name) const;

  // Each says so in `changes`.
  void take_out(const ConfigurationNode& node, const std::string& why);
  void take_out(const ConfigurationNode& block, const std::set<std::string>& words, const std::string& why);
  void set(const ConfigurationNode& block, const std::string& key, const std::string& directive,
           const std::string& value, const std::string& why);
  void refuse(const std::string& problem, const std::string& remedy);
  void remark(const std::string& sentence);
  void change(const Place& place, const std::string& what, const std::string& why);

  std::string directory;
  const EnvironmentNeeds& needs;
  Nodes director, storage, client, console;  // of their files; filled while `text` is made
  ConfigurationText text;
  ConfigurationEdits edits;
  EnvironmentFiles made;

 private:
  void require_files();
  void look_again();  // at what was made, as the Director would read it
};

// "Run Before Job" of "runbeforejob", as it is written, with the name of a resource.
std::string what_it_is(const ConfigurationText& text, const ConfigurationNode& node);
bool is_yes(const std::string& value);
bool is_loopback(const std::string& address);

}  // namespace recover::bacula
