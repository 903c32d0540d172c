#include "recover/kept_backup.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>

#include "recover/catalog_beside.hpp"
#include "recover/error.hpp"
#include "recover/event.hpp"
#include "recover/system/answers.hpp"
#include "recover/system/files.hpp"
#include "recover/system/tree_removal.hpp"

namespace recover {
namespace {

namespace fs = std::filesystem;

constexpr const char* decision = "/decided.json";

void to_disk(const std::string& path) {
  if (const system::Descriptor held(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
      !held || ::fsync(held.get()) != 0)
    throw Failed("Could not bring " + path + " to the disk: " + system::answer(errno),
                 system::remedy_for(errno, path));
}

// Whoever may read the others may read this one.
void give_like_the_others(const std::string& volume, const std::string& directory) {
  struct stat like {};
  bool found = false;
  std::error_code unreadable;
  for (const auto& entry : fs::directory_iterator(directory, unreadable)) {
    struct stat status {};
    if (::lstat(entry.path().c_str(), &status) != 0 || !S_ISREG(status.st_mode)) continue;
    if (!found || status.st_mtime > like.st_mtime) like = status;
    found = true;
  }
  const mode_t mode = found ? like.st_mode & 07777 : 0640;
  if (!found && ::stat(directory.c_str(), &like) != 0) like = {};
  if (::chown(volume.c_str(), like.st_uid, like.st_gid) != 0 || ::chmod(volume.c_str(), mode) != 0)
    throw Failed("Could not give " + volume + " to its owner: " + system::answer(errno),
                 system::remedy_for(errno, volume));
}

void put_volume(const std::string& from, const std::string& directory, const std::string& name) {
  const auto to = directory + "/" + name;
  struct stat made {
  }, there{};
  if (::lstat(from.c_str(), &made) != 0) {
    if (::lstat(to.c_str(), &there) == 0) return;  // done already
    throw Failed("The volume " + from + " is not there any more", "Run the playbook anew");
  }
  give_like_the_others(from, directory);
  to_disk(from);
  // A second name, and not a new one: nothing that has that name already is replaced.
  if (::link(from.c_str(), to.c_str()) != 0) {
    const int error = errno;
    const bool own = error == EEXIST && ::lstat(to.c_str(), &there) == 0 && there.st_ino == made.st_ino &&
                     there.st_dev == made.st_dev;
    if (error == EEXIST && !own)
      throw Refused("There is another volume " + to + " already", "Move it away, and start again");
    if (!own)
      throw Failed(
          "Could not put the volume " + from + " to the others, as " + to + ": " + system::answer(error),
          system::remedy_for(error, to));
  }
  system::sync_directory(directory);
  ::unlink(from.c_str());
}

void put_bootstrap(const std::string& path, const std::string& addition) {
  struct stat status {};
  if (addition.empty() || ::stat(path.c_str(), &status) != 0) return;
  const auto text = system::read_file(path);
  if (text.find(addition) != std::string::npos) return;  // done already
  const system::Owner owner{status.st_uid, status.st_gid};
  system::write_file(path + ".before-salvage", text, status.st_mode & 07777, owner);
  system::write_file(path, text + (text.empty() || text.ends_with('\n') ? "" : "\n") + addition,
                     status.st_mode & 07777, owner);
}

}  // namespace

void decide(const std::string& scratch, const KeptBackup& kept) {
  const auto event = Event("decided")
                         .with("job", kept.job)
                         .with("files", kept.files)
                         .with("bytes", kept.bytes)
                         .with("deleted", kept.deleted)
                         .with("kept-back", kept.kept_back)
                         .with("volumes", kept.volumes)
                         .with("damaged", kept.damaged)
                         .with("catalog", kept.catalog)
                         .with("addition", kept.addition);
  system::write_file(scratch + decision, to_json(event) + "\n", 0600);
}

std::optional<KeptBackup> decided(const std::string& scratch) {
  if (!system::exists(scratch + decision)) return std::nullopt;
  const auto event = event_from_json(system::read_file(scratch + decision));
  if (!event)
    throw Failed("What an earlier run has left in " + scratch + " cannot be read",
                 "Remove that directory, and start again");
  return KeptBackup{event->number("job"),       event->number("files"), event->number("bytes"),
                    event->number("deleted"),   event->list("volumes"), event->list("damaged"),
                    event->number("kept-back"), event->text("catalog"), event->text("addition")};
}

std::string put(const std::string& scratch, const KeptBackup& kept, const RealPlaces& places) {
  for (const auto& name : kept.volumes) put_volume(scratch + "/volumes/" + name, places.volumes, name);
  std::string former;
  if (const auto made = scratch + "/" + kept.catalog; system::exists(made))
    former = put_catalog(made, places.catalog);
  put_bootstrap(places.bootstrap, kept.addition);
  // First the decision: a scratch directory that is half removed is none to go on with.
  ::unlink((scratch + decision).c_str());
  system::sync_directory(scratch);
  system::remove_tree(scratch);
  return former;
}

}  // namespace recover
