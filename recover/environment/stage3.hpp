// A Gentoo stage3 tarball: the tar(1) commands that list and unpack it, what the listing says before anything
// is written, its checksum, and whether its tree has the machine's shape. Values in, values out.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "recover/bacula/digest.hpp"

namespace recover::environment {

// Without what is left out of every environment, and without device nodes: /dev is the running system's.
std::vector<std::string> stage3_list_command(const std::string& tarball);
std::vector<std::string> stage3_unpack_command(const std::string& tarball, const std::string& to);

// What is called for it: tar, ldconfig, and what tar calls for such a name.
std::vector<std::string> stage3_programs(const std::string& tarball);

struct Stage3Listing {
  std::int64_t entries = 0, bytes = 0;  // of what is unpacked; bytes as blocks of the filesystem hold them
  bool has_packages = false;            // /var/db/pkg
  bool has_shell = false;
  std::vector<std::string> hostile;  // names that would lead out of the tree; the first few
};

// Of what the list command prints, in pieces of any size.
class Stage3Reader {
 public:
  void add(std::string_view piece);
  const Stage3Listing& end();

 private:
  void line(std::string_view text);

  std::string rest_;
  Stage3Listing listing_;
};

// What is looked for beside it, in this order: "FILE.sha256", "FILE.DIGESTS" ...
std::vector<std::string> checksum_files(const std::string& tarball);

struct Checksum {
  bacula::DigestKind kind = bacula::DigestKind::none;
  std::string hexadecimal;  // lower case
  bool operator==(const Checksum&) const = default;
};
// That of the file `name` in the text of such a file: "HEX  NAME" behind "# SHA512 HASH", or alone.
std::optional<Checksum> find_checksum(std::string_view text, std::string_view name);
std::string hexadecimal(std::string_view bytes);

// The directories that a merged /usr makes links of, in that order: asked on the machine and in the tree.
const std::vector<std::string>& shape_paths();
// What each of them is: the text of a link, "a directory", or nothing. Clauses, where the two differ:
// Bacula's files would come to lie where the tree does not look for them.
std::vector<std::string> shape_differences(const std::map<std::string, std::string>& machine,
                                           const std::map<std::string, std::string>& tree);

// Whether Gentoo's version `a` ("2.41-r3") is newer than `b`: by its numbers alone.
bool is_newer(std::string_view a, std::string_view b);

}  // namespace recover::environment
