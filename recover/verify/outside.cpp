#include "recover/verify/outside.hpp"

#include <sys/stat.h>

#include <algorithm>

#include "recover/bacula/bootstrap.hpp"
#include "recover/bacula/catalog_file.hpp"
#include "recover/bacula/catalog_server.hpp"
#include "recover/duration.hpp"
#include "recover/system/files.hpp"
#include "recover/system/machine.hpp"
#include "recover/system/text.hpp"

namespace recover::verify {
namespace {

void tell_age(const Context& context, const bacula::JobRecord& oldest) {
  context.findings.holds("oldest", "the oldest backup that a restore still needs is job " +
                                       std::to_string(oldest.id) + " (level " + oldest.level + "), of " +
                                       oldest.start + ", " +
                                       system::human_seconds(system::now() - oldest.ended) + " ago");
}

void tell(const Context& context, const char* name, const Answer& answer) {
  if (answer.verdict == Verdict::holds)
    context.findings.holds(name, answer.evidence);
  else
    context.findings.fails(name, answer.evidence, answer.remedy);
}

Answer ask_catalog_copy(const Context& context) {
  const auto path = catalog_copy(context.profile, context.facts.storage->mount_point);
  auto there = catalog_copy_is_there(path);
  struct stat file {};
  if (there.verdict != Verdict::holds || ::stat(path.c_str(), &file) != 0) return there;
  const auto age = system::now() - file.st_mtime;
  const auto& limit = context.profile.verify.verified_for;
  if (age > limit.count())
    return fails("The copy of the catalog " + path + " is " + system::human_seconds(age) + " old",
                 "Make a new one after each backup: without it the newest backups are not known");
  // The recovery's own Director wrote it last: it shows nothing of what happens to it from now on.
  const bool recoverys =
      std::any_of(context.recoveries.begin(), context.recoveries.end(), [&](const auto& one) {
        return is_unverified(one) && path.find(context.profile.storage.environment) != std::string::npos;
      });
  return holds(path + " is " + system::human_seconds(age) + " old" +
               (recoverys ? "; it is that of the recovery: see that each backup is followed by a "
                            "new copy, without it this one fails after " +
                                duration_text(limit)
                          : ""));
}

}  // namespace

Answer bootstrap_tells_of(const Profile& profile, const std::string& storage, const bacula::JobRecord& job) {
  const auto path = storage + "/" + profile.storage.bootstraps + "/" + profile.bacula.bootstrap;
  const auto remedy = "Let the backup job write it: Write Bootstrap = \"" + path + "\" in the Job";
  if (!system::exists(path)) return fails("There is no bootstrap file " + path, remedy);
  const auto ranges = bacula::parse_bootstrap(system::read_file(path), path).ranges;
  if (std::none_of(ranges.begin(), ranges.end(), [&](const auto& range) {
        return range.session_id == job.session_id && range.session_time == job.session_time;
      }))
    return fails("The bootstrap file " + path + " does not tell of job " + std::to_string(job.id), remedy);
  return holds(path + " tells of this job");
}

std::string catalog_copy(const Profile& profile, const std::string& storage) {
  if (!profile.verify.catalog_dump.empty()) return storage + "/" + profile.verify.catalog_dump;
  const auto environment = storage + "/" + profile.storage.environment;
  if (!system::exists(environment)) return "";
  if (bacula::is_served(profile.bacula.catalog)) {
    const auto dump = environment + bacula::ServerPlaces::dump;
    return system::exists(dump) ? dump : "";
  }
  const auto catalog = bacula::find_catalog_file(system::TreeRoot(environment), profile.bacula.configuration,
                                                 profile.bacula.client);
  return catalog ? environment + catalog->path() : "";
}

Answer catalog_copy_is_there(const std::string& path) {
  struct stat file {};
  if (path.empty() || ::stat(path.c_str(), &file) != 0 || file.st_size == 0)
    return fails(path.empty() ? "The profile names no dump of the catalog outside of the root"
                              : "There is no copy of the catalog outside of the root: " + path,
                 "Dump or copy the catalog to the storage volume after each backup, and "
                 "name it in [verify] catalog-dump");
  return holds(path + " is there");
}

void look_outside(const Context& context, const std::vector<bacula::JobRecord>& chain) try {
  tell_age(context, chain.front());
  tell(context, "bootstrap",
       bootstrap_tells_of(context.profile, context.facts.storage->mount_point, chain.back()));
  tell(context, "catalog-dump", ask_catalog_copy(context));
} catch (const Interrupted&) {
  throw;
} catch (const Error& error) {
  context.findings.fails("outside", error);
}

}  // namespace recover::verify
