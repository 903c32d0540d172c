#include "recover/served_catalog.hpp"

#include <algorithm>
#include <filesystem>

#include "recover/bacula/database_access.hpp"
#include "recover/bacula/dump_file.hpp"
#include "recover/error.hpp"
#include "recover/server_data.hpp"
#include "recover/system/files.hpp"
#include "recover/system/signals.hpp"
#include "recover/system/text.hpp"
#include "recover/system/tree_removal.hpp"

namespace recover {
namespace {

using namespace std::chrono_literals;
using Places = bacula::ServerPlaces;

constexpr auto between_questions = 200ms;
constexpr auto deadline_of_a_question = 20s;
constexpr std::size_t words_shown = 600;

std::string last_of(const std::string& text) {
  auto clean = system::redact(text);
  clean.erase(clean.find_last_not_of(" \n\r\t") + 1);
  return clean.size() > words_shown ? clean.substr(clean.size() - words_shown) : clean;
}

std::string first_of(const std::string& text) {
  auto clean = system::redact(text);
  clean.erase(0, std::min(clean.find_first_not_of(" \n\r\t"), clean.size()));
  clean.erase(clean.find_last_not_of(" \n\r\t") + 1);
  return clean.substr(0, words_shown);
}

std::string see_programs(const bacula::CatalogServer& server) {
  return "See that the programs of " + bacula::server_name(server.kind) +
         " in the recovery environment are whole, and that there is room; make it anew on the healthy "
         "machine: recover --playbook environment";
}

}  // namespace

ServedCatalog::ServedCatalog(system::Processes& processes, bacula::CatalogServer server,
                             bacula::DatabaseNames names, std::chrono::milliseconds patience)
    : processes_(processes), server_(std::move(server)), names_(std::move(names)), patience_(patience) {}

ServedCatalog::~ServedCatalog() {
  const system::Uninterrupted until_ended;
  if (child_) child_->stop(patience_);
}

void ServedCatalog::run(const std::vector<std::string>& argv, const std::string& what) {
  const auto result = processes_.run({.argv = argv, .merge_errors = true});
  if (result.status != 0)
    throw Failed("Could not " + what + " (" + bacula::server_name(server_.kind) +
                     " in the recovery environment); it said: " + last_of(result.out + result.err),
                 see_programs(server_));
}

void ServedCatalog::make_data() {
  link_server_programs(server_.environment, server_.kind);
  require_no_server(processes_, server_.environment);
  system::remove_tree(server_.environment + server_.data);
  for (const auto& command : bacula::init_commands(server_, names_.user))
    run(command, "make an empty directory for the catalog");
}

void ServedCatalog::start() {
  require_no_server(processes_, server_.environment);
  remove_leftovers(server_.environment, server_.data);
  for (const auto& command : bacula::socket_commands(server_)) run(command, "make its socket's directory");
  child_ = processes_.start(bacula::start_command(server_));
  await_answer();
}

void ServedCatalog::await_answer() {
  const auto name = bacula::server_name(server_.kind);
  const auto question = bacula::ask_command(server_, names_.user, "");
  for (std::chrono::milliseconds waited{};; waited += between_questions) {
    if (!child_->running())
      throw Failed("The " + name + " of the recovery environment ended as soon as it was started; it said: " +
                       last_of(child_->output()),
                   see_programs(server_));
    const auto result = processes_.run(
        {.argv = question, .input = "SELECT 1;\n", .deadline = deadline_of_a_question, .merge_errors = true});
    if (result.status == 0) return;
    if (waited >= patience_)
      throw Failed("The " + name + " of the recovery environment runs, but does not answer: " +
                       last_of(result.out + result.err) + "; it said: " + last_of(child_->output()),
                   see_programs(server_));
    processes_.pause(between_questions);
  }
}

std::string ServedCatalog::ask_in(const std::string& database, const std::string& statements) {
  auto result =
      processes_.run({.argv = bacula::ask_command(server_, names_.user, database), .input = statements});
  if (result.status != 0)
    throw Failed("The catalog in the recovery environment's " + bacula::server_name(server_.kind) +
                     " could not be asked: " + first_of(result.err),
                 "Have it made anew: see docs/environment.md");
  return std::move(result.out);
}

std::string ServedCatalog::ask(const std::string& statements) {
  return ask_in(names_.database, statements);
}

std::string ServedCatalog::known() {
  return ask(bacula::known_backups_query());
}

void ServedCatalog::make_database() {
  ask_in("", bacula::create_database(server_.kind, names_.database));
}

// After a refused COPY psql would read the rows that belong to it as statements, and in them stand names that
// any user of the machine has given to a file.
bool ServedCatalog::is_own(const std::string& dump) const {
  std::error_code none;
  return std::filesystem::equivalent(dump, server_.environment + bacula::ServerPlaces::dump, none);
}

void ServedCatalog::load(const std::string& dump, const OnLoaded& on_loaded,
                         std::optional<std::chrono::milliseconds> stall) {
  bacula::require_dump_of(server_.kind, dump);
  make_database();
  std::error_code unknown;
  const auto size = std::filesystem::file_size(dump, unknown);
  const auto total = unknown ? 0 : static_cast<std::int64_t>(size);
  system::ProcessSpec spec{.argv = bacula::load_command(server_, names_, is_own(dump)), .input_file = dump};
  spec.merge_errors = true;
  spec.stall = stall;
  if (on_loaded)
    spec.on_input = [&](std::int64_t bytes) {
      on_loaded(bytes, total);
    };
  const auto result = processes_.run(spec);
  auto fault = bacula::fault_in_load(result.out);
  if (fault.empty() && result.stalled) fault = "nothing went on any more";
  if (fault.empty() && result.status != 0) {
    fault = last_of(result.out + result.err);
    fault = fault.substr(fault.rfind('\n') + 1);
  }
  if (!fault.empty() || result.status != 0)
    throw Failed(
        "The dump " + dump + " cannot be loaded into " + bacula::server_name(server_.kind) + ": " +
            system::printable(fault),
        "See that it is a dump of the catalog that this server's version can read, and that there is "
        "room");
  // Without it the Director's questions go through whole tables.
  if (server_.kind == "postgresql") ask("ANALYZE;\n");
}

void ServedCatalog::dump(const std::string& to) {
  system::write_file_by(to, 0600, [&](const system::Write& write) {
    const auto result = processes_.run({.argv = bacula::dump_command(server_, names_)}, write);
    if (result.status != 0)
      throw Failed("The catalog in the recovery environment's " + bacula::server_name(server_.kind) +
                       " could not be dumped: " + first_of(result.err),
                   "Have it made anew: see docs/environment.md");
  });
}

void ServedCatalog::stop() {
  if (!child_) return;
  const auto child = std::move(child_);
  if (const auto status = child->stop(patience_); status != 0)
    throw Failed("The " + bacula::server_name(server_.kind) +
                     " of the recovery environment did not end well (status " + std::to_string(status) +
                     "); it said: " + last_of(child->output()),
                 see_programs(server_));
}

std::unique_ptr<system::Child> ServedCatalog::release() {
  return std::move(child_);
}

bacula::DatabaseNames catalog_names(const std::string& environment, const std::string& configuration,
                                    const std::string& client) {
  const auto names = bacula::find_database_names(environment, configuration, client);
  if (!names)
    throw Failed(environment + configuration + "/bacula-dir.conf names no catalog",
                 "Make the recovery environment anew: recover --playbook environment");
  return *names;
}

}  // namespace recover
