#include "recover/bacula/digest.hpp"

#include <openssl/evp.h>

#include <array>

#include "recover/error.hpp"

namespace recover::bacula {
namespace {

struct Known {
  DigestKind kind;
  const char* name;
  int stream;        // Bacula's src/streams.h
  std::size_t text;  // digits of base64
  const EVP_MD* (*type)();
};
constexpr std::array<Known, 4> all_known{{
    {DigestKind::md5, "MD5", 3, 22, EVP_md5},
    {DigestKind::sha1, "SHA1", 10, 27, EVP_sha1},
    {DigestKind::sha256, "SHA256", 17, 43, EVP_sha256},
    {DigestKind::sha512, "SHA512", 18, 86, EVP_sha512},
}};

[[noreturn]] void failed() {
  throw Failed("OpenSSL cannot compute a digest that the backup has",
               "See that OpenSSL's configuration on this system does not forbid it (MD5 under FIPS)");
}

}  // namespace

DigestKind digest_of_stream(int stream) {
  for (const auto& known : all_known) {
    if (known.stream == stream) return known.kind;
  }
  return DigestKind::none;
}

DigestKind digest_of_text(std::string_view text) {
  for (const auto& known : all_known) {
    if (known.text == text.size()) return known.kind;
  }
  return DigestKind::none;
}

std::string name_of(DigestKind kind) {
  return kind == DigestKind::none ? "no digest" : all_known[static_cast<std::size_t>(kind) - 1].name;
}

std::string catalog_digest(std::string_view bytes) {
  // EVP_EncodeBlock ends with a NUL.
  std::string text(bytes.size() / 3 * 4 + 5, '\0');
  const int length =
      ::EVP_EncodeBlock(reinterpret_cast<unsigned char*>(text.data()),
                        reinterpret_cast<const unsigned char*>(bytes.data()), static_cast<int>(bytes.size()));
  text.resize(static_cast<std::size_t>(length));
  return text.substr(0, text.find('='));
}

// One for each kind, kept: to look an algorithm up costs more than to digest a small file.
struct Digest::Contexts {
  using Context = std::unique_ptr<EVP_MD_CTX, void (*)(EVP_MD_CTX*)>;
  std::array<Context, 4> made{{{nullptr, ::EVP_MD_CTX_free},
                               {nullptr, ::EVP_MD_CTX_free},
                               {nullptr, ::EVP_MD_CTX_free},
                               {nullptr, ::EVP_MD_CTX_free}}};

  EVP_MD_CTX* of(DigestKind kind) const { return made[static_cast<std::size_t>(kind) - 1].get(); }
};

Digest::Digest() : contexts_(std::make_unique<Contexts>()) {}
Digest::~Digest() = default;

void Digest::begin(DigestKind kind) {
  kind_ = kind;
  if (kind == DigestKind::none) return;
  const auto at = static_cast<std::size_t>(kind) - 1;
  auto& context = contexts_->made[at];
  const EVP_MD* type = nullptr;  // as last time
  if (!context) {
    context.reset(::EVP_MD_CTX_new());
    type = all_known[at].type();
  }
  if (!context || ::EVP_DigestInit_ex(context.get(), type, nullptr) != 1) failed();
}

void Digest::add(std::string_view data) {
  if (kind_ == DigestKind::none) return;
  if (::EVP_DigestUpdate(contexts_->of(kind_), data.data(), data.size()) != 1) failed();
}

std::string Digest::end() {
  if (kind_ == DigestKind::none) return {};
  std::array<unsigned char, EVP_MAX_MD_SIZE> bytes{};
  unsigned int length = 0;
  if (::EVP_DigestFinal_ex(contexts_->of(kind_), bytes.data(), &length) != 1) failed();
  kind_ = DigestKind::none;
  return {reinterpret_cast<const char*>(bytes.data()), length};
}

}  // namespace recover::bacula
