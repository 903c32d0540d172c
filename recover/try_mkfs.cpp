#include "recover/try_mkfs.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>

#include "recover/error.hpp"
#include "recover/system/device_content.hpp"
#include "recover/system/files.hpp"
#include "recover/system/process.hpp"
#include "recover/system/text.hpp"

namespace recover {
namespace {

class Scratch {
 public:
  explicit Scratch(std::string directory) : directory_(std::move(directory)) {
    remove();  // a killed run may have left it
    system::make_directories(directory_, 0700);
  }
  ~Scratch() { remove(); }
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;

 private:
  void remove() const noexcept {
    std::error_code ignored;
    std::filesystem::remove_all(directory_, ignored);
  }
  std::string directory_;
};

void make_sparse(const std::string& path, std::int64_t size) {
  const system::Descriptor file(::open(path.c_str(), O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0600));
  if (file && ::ftruncate(file.get(), size) == 0) return;
  throw Failed(
      "Could not make a sparse file of " + system::human_bytes(size) + " in " + path + ": " +
          std::strerror(errno),
      "Make sure that /run is a tmpfs that is writable; or take the step try-mkfs out of the playbook");
}

std::string in_one_line(std::string said) {
  while (said.ends_with('\n')) said.pop_back();
  for (auto at = said.find('\n'); at != std::string::npos; at = said.find('\n', at))
    said.replace(at, 1, "; ");
  return system::printable(said);
}

std::string type_of(const std::string& path) {
  const system::Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  return file ? system::read_content(file.get()).fs_type : "";
}

}  // namespace

void try_mkfs(system::Processes& processes, const TryMkfs& action) {
  const Scratch scratch(action.directory);
  for (const auto& [name, size] : action.files) make_sparse(action.directory + "/" + name, size);
  const auto result = processes.run({.argv = action.argv, .merge_errors = true});
  const std::string remedy =
      "The disk is as it was. Correct what the profile says of this filesystem, or boot a rescue system "
      "whose " +
      action.argv.front() + " knows it";
  if (result.status != 0)
    throw Refused("On a file of the same size " + action.argv.front() + " ended with status " +
                      std::to_string(result.status) + "; it said: " + in_one_line(result.out),
                  remedy);
  const auto type = type_of(action.directory + "/" + action.files.front().first);
  if (type != action.type)
    throw Refused("On a file of the same size " + action.argv.front() + " made " +
                      (type.empty() ? "nothing that blkid knows" : "a " + type) + ", not a " + action.type,
                  remedy);
}

}  // namespace recover
