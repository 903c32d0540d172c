#include "recover/bacula/proof.hpp"

#include <sys/stat.h>

#include "recover/bacula/digest.hpp"
#include "recover/bacula/keep.hpp"
#include "recover/error.hpp"
#include "recover/system/files.hpp"
#include "recover/system/text.hpp"
#include "recover/toml_file.hpp"

namespace recover::bacula {
namespace {

std::string line(const char* key, std::int64_t value) {
  return std::string(key) + " = " + std::to_string(value) + "\n";
}

std::string line(const char* key, const std::vector<std::string>& values) {
  std::string text = std::string(key) + " = [";
  for (const auto& value : values) text += toml_quoted(value) + ", ";
  return text + "]\n";
}

std::vector<std::string> texts(TomlTable& table, const char* key) {
  std::vector<std::string> values;
  for (const auto& value : table.texts_or(key, {})) values.push_back(system::from_printable(value));
  return values;
}

}  // namespace

std::string depth_of(const Proof& proof) {
  return proof.full ? "full" : "quick";
}

std::string bootstrap_sum(const std::string& keep) {
  static constexpr char digits[] = "0123456789abcdef";
  Digest digest;
  digest.begin(DigestKind::sha256);
  digest.add(system::read_file(keep + "/backup.bsr"));
  std::string text;
  for (const char c : digest.end()) {
    text += digits[static_cast<unsigned char>(c) >> 4];
    text += digits[static_cast<unsigned char>(c) & 15];
  }
  return text;
}

ProvenVolume look_at_volume(const std::string& directory, const std::string& name) {
  struct stat status {};
  if (::stat((directory + "/" + name).c_str(), &status) != 0) return {name, -1, -1};
  return {name, status.st_size, status.st_mtim.tv_sec * 1'000'000'000 + status.st_mtim.tv_nsec};
}

std::string changed_since(const Proof& proof, const std::string& sum,
                          const std::vector<ProvenVolume>& volumes) {
  if (proof.bootstrap != sum) return "the bootstrap file backup.bsr is not the one that was proven";
  if (proof.volumes.size() != volumes.size()) return "other volumes are needed than were proven";
  for (std::size_t i = 0; i < volumes.size(); ++i) {
    const auto &then = proof.volumes[i], &now = volumes[i];
    const auto name = system::printable(then.name);
    if (then.name != now.name)
      return "the volume " + system::printable(now.name) + " is needed now, and " + name + " was proven";
    if (now.size < 0) return "the volume " + name + " has gone since it was proven";
    if (then.size != now.size)
      return "the volume " + name + " has changed since it was proven: it had " + std::to_string(then.size) +
             " bytes, and has " + std::to_string(now.size);
    if (then.modified != now.modified) return "the volume " + name + " was written to since it was proven";
  }
  return {};
}

void write_proof(const std::string& keep, const Proof& proof) {
  std::string text = std::string("full = ") + (proof.full ? "true" : "false") + "\n" + line("at", proof.at) +
                     "bootstrap = " + toml_quoted(proof.bootstrap) + "\n";
  text += line("ranges", proof.ranges) + line("stored", proof.stored) + line("blocks", proof.blocks) +
          line("bytes", proof.bytes) + line("files", proof.files) + line("whole", proof.whole) +
          line("data", proof.data) + line("digests", proof.digests) +
          line("without-digest", proof.without_digest) + line("problems", proof.problems) +
          line("more-problems", proof.more_problems) + line("missing", proof.missing) +
          line("missing-names", proof.missing_names);
  for (const auto& volume : proof.volumes)
    text += "\n[[volume]]\nname = " + toml_quoted(volume.name) + "\n" + line("size", volume.size) +
            line("modified", volume.modified);
  system::write_file(keep + "/proof.toml", text, 0600);
}

bool has_proof(const std::string& keep) {
  return system::exists(keep + "/proof.toml");
}

Proof read_proof(const std::string& keep) {
  try {
    auto root = TomlFile::load(keep + "/proof.toml").root();
    Proof proof;
    proof.full = root.boolean_or("full", false);
    proof.at = root.integer("at");
    proof.bootstrap = root.text("bootstrap");
    proof.ranges = root.integer("ranges");
    proof.stored = root.integer("stored");
    proof.blocks = root.integer("blocks");
    proof.bytes = root.integer("bytes");
    proof.files = root.integer("files");
    proof.whole = root.integer("whole");
    proof.data = root.integer("data");
    proof.digests = root.integer("digests");
    proof.without_digest = root.integer("without-digest");
    proof.problems = texts(root, "problems");
    proof.more_problems = root.integer("more-problems");
    proof.missing = root.integer("missing");
    proof.missing_names = texts(root, "missing-names");
    for (auto& volume : root.tables("volume"))
      proof.volumes.push_back(
          {system::from_printable(volume.text("name")), volume.integer("size"), volume.integer("modified")});
    root.finish();
    return proof;
  } catch (const UsageError& error) {
    throw Failed("What was kept of the proof of the backup cannot be read: " + error.problem(),
                 "Have it made again: start the run anew with --restart");
  }
}

void require_proven_bootstrap(const std::string& keep) {
  if (!has_proof(keep) || read_proof(keep).bootstrap == bootstrap_sum(keep)) return;
  throw Failed("The bootstrap file " + keep +
                   "/backup.bsr is not the one that was proven before the filesystem was made",
               "Somebody has changed it. Put back the one that was proven, and go on with --resume; or begin "
               "anew with --restart");
}

}  // namespace recover::bacula
