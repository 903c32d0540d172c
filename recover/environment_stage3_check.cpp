#include "recover/environment_stage3_check.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <sstream>

#include "recover/environment/debian_tree.hpp"
#include "recover/environment/openpgp_armor.hpp"
#include "recover/environment/stage3.hpp"
#include "recover/error.hpp"
#include "recover/system/answers.hpp"
#include "recover/system/files.hpp"
#include "recover/system/signals.hpp"
#include "recover/system/text.hpp"

namespace recover {
namespace {

using namespace std::chrono_literals;

// Of sec-keys/openpgp-keys-gentoo-release.
constexpr const char* release_keys = "/usr/share/openpgp-keys/gentoo-release.asc";

std::string name_of(const std::string& path) {
  return path.substr(path.rfind('/') + 1);
}

std::string digest_of(const std::string& path, bacula::DigestKind kind, Observer& observer) {
  const system::Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  struct stat status {};
  if (!file || ::fstat(file.get(), &status) != 0)
    throw Failed("Could not open " + path + ": " + system::answer(errno), system::remedy_for(errno, path));
  bacula::Digest digest;
  digest.begin(kind);
  std::array<char, 1 << 20> piece;
  for (std::int64_t done = 0;;) {
    system::throw_if_interrupted();
    const auto got = ::read(file.get(), piece.data(), piece.size());
    if (got < 0)
      throw Failed("Could not read " + path + ": " + system::answer(errno), system::remedy_for(errno, path));
    if (got == 0) return environment::hexadecimal(digest.end());
    digest.add({piece.data(), static_cast<std::size_t>(got)});
    done += got;
    observer.observe(Event("progress")
                         .with("bytes", done)
                         .with("total-bytes", status.st_size)
                         .with("current", name_of(path)));
  }
}

// Whose it is of the files beside it; empty: there is none.
std::string check_sum(const std::string& tarball, Observer& observer) {
  for (const auto& path : environment::checksum_files(tarball)) {
    if (!system::exists(path)) continue;
    const auto wanted = environment::find_checksum(system::read_file(path), name_of(tarball));
    if (!wanted)
      throw Refused(path + " has no SHA-256 or SHA-512 of " + name_of(tarball),
                    "Download the checksum file of this very stage3 once more, or move it away");
    const auto kind = bacula::name_of(wanted->kind);
    if (digest_of(tarball, wanted->kind, observer) != wanted->hexadecimal)
      throw Refused("The stage3 " + tarball + " has not the " + kind + " that " + path +
                        " says: it is damaged, not whole, or another",
                    "Download it again");
    return kind + " of " + name_of(path);
  }
  return "";
}

// Of what gpgv says: "[GNUPG:] VALIDSIG FINGERPRINT DATE ...". Empty: nothing valid.
std::string signer_of(const std::string& said) {
  std::istringstream lines(said);
  for (std::string line; std::getline(lines, line);) {
    std::istringstream words(line);
    std::string mark, what, fingerprint;
    words >> mark >> what >> fingerprint;
    if (mark == "[GNUPG:]" && what == "VALIDSIG") return system::printable(fingerprint);
  }
  return "";
}

// Why the signature cannot be checked; empty: it can.
std::string hindrance(const std::string& signature, const std::string& keys, const std::string& machine) {
  if (!system::exists(signature))
    return "No signature lies beside it (" + name_of(signature) + "): who made it is not known";
  if (!system::exists(keys))
    return "Its signature was not checked: this machine has no " + std::string(release_keys) +
           " (sec-keys/openpgp-keys-gentoo-release)";
  if (system::find_program("gpgv", machine).empty())
    return "Its signature was not checked: this machine has no gpgv (app-crypt/gnupg)";
  return "";
}

std::string check_signature(system::Processes& processes, const std::string& tarball,
                            const std::string& signature, const std::string& keys,
                            const std::string& scratch) {
  const auto keyring = scratch + "/keys.gpg";
  system::write_file(keyring, environment::without_armor(system::read_file(keys)), 0600);
  const auto ended = processes.run(
      {.argv = {"gpgv", "--homedir", scratch, "--status-fd", "1", "--keyring", keyring, signature, tarball},
       .deadline = 10min});
  const auto signer = signer_of(ended.out);
  if (ended.status != 0 || signer.empty())
    throw Refused("The signature " + signature + " is not that of " + tarball + " by a key of " +
                      release_keys +
                      "; gpgv said: " + system::joined(environment::complaints(ended.err, 3), "; "),
                  "Download both again, and bring sec-keys/openpgp-keys-gentoo-release up to date");
  return "signature " + name_of(signature) + " by " + signer;
}

}  // namespace

Stage3Check check_stage3(system::Processes& processes, const std::string& tarball, const std::string& scratch,
                         const std::string& machine, Observer& observer) {
  Stage3Check check;
  if (auto sum = check_sum(tarball, observer); !sum.empty()) {
    check.by.push_back(std::move(sum));
  } else {
    check.remarks.push_back("There is no checksum beside " + tarball + " (.sha256, .DIGESTS)");
  }
  const auto signature = tarball + ".asc", keys = (machine == "/" ? "" : machine) + release_keys;
  if (auto why = hindrance(signature, keys, machine); !why.empty()) {
    check.remarks.push_back(std::move(why));
  } else {
    check.by.push_back(check_signature(processes, tarball, signature, keys, scratch));
  }
  return check;
}

}  // namespace recover
