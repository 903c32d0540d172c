// The digests that Bacula stores of a file's data (FileSet option Signature), by OpenSSL.
//
//     digest.begin(DigestKind::sha1);
//     digest.add("data");
//     if (catalog_digest(digest.end()) != row.digest) ...
#pragma once

#include <memory>
#include <string>
#include <string_view>

namespace recover::bacula {

enum class DigestKind { none, md5, sha1, sha256, sha512 };

// Of the stream that holds it on a volume; none: it is no digest's.
DigestKind digest_of_stream(int stream);
// Of what the catalog holds, by its length; none: there is none, or none that is known.
DigestKind digest_of_text(std::string_view text);

std::string name_of(DigestKind kind);  // "SHA1"

// As the catalog holds it: base64 without padding.
std::string catalog_digest(std::string_view bytes);

class Digest {
 public:
  Digest();
  ~Digest();
  void begin(DigestKind kind);  // none: what is added is passed over
  void add(std::string_view data);
  std::string end();  // the digest's bytes; empty for none

 private:
  struct Contexts;
  std::unique_ptr<Contexts> contexts_;
  DigestKind kind_ = DigestKind::none;
};

}  // namespace recover::bacula
