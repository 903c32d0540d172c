// A stage3 that a recovery environment is made from: its listing, its checksum, its shape.
#include "recover/environment/stage3.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include "recover/environment/openpgp_armor.hpp"

namespace recover::environment {
namespace {

using Words = std::vector<std::string>;

bool holds(const Words& words, const std::string& word) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

TEST(Stage3, IsUnpackedWithAllThatBelongsToItsFiles) {
  const auto argv = stage3_unpack_command("/x/stage3.tar.xz", "/s/environment.new");
  for (const auto* word :
       {"--extract", "--numeric-owner", "--preserve-permissions", "--same-owner", "--acls", "--xattrs",
        "--xattrs-include=*.*", "--directory=/s/environment.new", "--file=/x/stage3.tar.xz",
        "--exclude=./dev/*", "--exclude=dev/*", "--exclude=./usr/share/doc/*"})
    EXPECT_TRUE(holds(argv, word)) << word;
  EXPECT_FALSE(holds(argv, "--absolute-names"));
  EXPECT_FALSE(holds(stage3_list_command("/x"), "--exclude=./dev/*")) << "what is left out is looked at too";
}

Stage3Listing listed(const std::string& text) {
  Stage3Reader reader;
  for (std::size_t at = 0; at < text.size(); at += 7) reader.add(text.substr(at, 7));
  return reader.end();
}

constexpr const char* listing =
    "drwxr-xr-x 0/0               0 2026-01-04 12:00 ./\n"
    "crw-rw-rw- 0/0             1,3 2026-01-04 12:00 ./dev/null\n"
    "-rwxr-xr-x 0/0         1234567 2026-01-04 12:00 ./usr/bin/bash\n"
    "hrwxr-xr-x 0/0               0 2026-01-04 12:00 ./usr/bin/rbash link to ./usr/bin/bash\n"
    "lrwxrwxrwx 0/0               0 2026-01-04 12:00 ./etc/mtab -> ../proc/self/mounts\n"
    "-rw-r--r-- 0/0            9999 2026-01-04 12:00 ./usr/share/doc/a b\n"
    "-rw-r--r-- 0/0               1 2026-01-04 12:00 ./var/db/pkg/app-shells/bash-5.2/CONTENTS\n";

TEST(Stage3Listing, CountsWhatIsUnpacked) {
  const auto found = listed(listing);
  EXPECT_EQ(found.entries, 5);
  EXPECT_EQ(found.bytes, 1236992 + 4 * 4096);
  EXPECT_TRUE(found.has_packages);
  EXPECT_TRUE(found.has_shell);
  EXPECT_EQ(found.hostile, Words{});
}

TEST(Stage3Listing, NamesWhatLeadsOutOfIt) {
  EXPECT_EQ(listed("-rw-r--r-- 0/0 1 2026-01-04 12:00 /etc/passwd\n"
                   "-rw-r--r-- 0/0 1 2026-01-04 12:00 ./a/../../b c\n"
                   "hrw-r--r-- 0/0 0 2026-01-04 12:00 ./x link to /etc/shadow\n"
                   "-rw-r--r-- 0/0 1 2026-01-04 12:00 ./a..b")
                .hostile,
            (Words{"/etc/passwd", "./a/../../b c", "/etc/shadow"}));
}

TEST(Stage3Listing, ThatLiesIsLarge) {
  const std::string large = "-rw-r--r-- 0/0 9223372036854775807 2026-01-04 12:00 ./x\n";
  EXPECT_EQ(listed(large + large).bytes, std::int64_t{1} << 60);
}

TEST(Stage3Listing, OfRubbishIsNothing) {
  const auto found = listed("tar: x\n\n-\ndrwx 0/0 a b c\n");
  EXPECT_EQ(found.entries, 0);
  EXPECT_FALSE(found.has_packages);
}

TEST(Stage3Checksum, IsFoundInEachOfItsForms) {
  using bacula::DigestKind;
  const std::string name = "stage3-amd64.tar.xz", sha256(64, 'A'), sha512(128, 'b'), blake(128, 'c');
  EXPECT_EQ(find_checksum("-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA512\n\n# SHA256 HASH\n" + sha256 +
                              "  " + name + "\n",
                          name),
            (Checksum{DigestKind::sha256, std::string(64, 'a')}));
  EXPECT_EQ(find_checksum("# BLAKE2B HASH\n" + blake + "  " + name + "\n# SHA512 HASH\n" + sha512 + "  " +
                              name + "\n# SHA512 HASH\n" + blake + "  " + name + ".CONTENTS.gz\n",
                          name),
            (Checksum{DigestKind::sha512, sha512}));
  EXPECT_EQ(find_checksum(sha512 + " *" + name, name), (Checksum{DigestKind::sha512, sha512}));
  EXPECT_FALSE(find_checksum("# BLAKE2B HASH\n" + blake + "  " + name + "\n", name));
  EXPECT_FALSE(find_checksum(sha256 + "  other.tar.xz\n", name));
  EXPECT_FALSE(find_checksum("", name));
  EXPECT_EQ(hexadecimal(std::string_view("\x01\xAF", 2)), "01af");
}

TEST(Stage3, IsUnpackedByWhatItsNameSays) {
  EXPECT_EQ(stage3_programs("/x/stage3.tar.xz"), (Words{"tar", "ldconfig", "xz"}));
  EXPECT_EQ(stage3_programs("/x/stage3.tar"), (Words{"tar", "ldconfig"}));
}

TEST(OpenpgpArmor, IsTakenOffEachBlock) {
  const std::string block =
      "-----BEGIN PGP PUBLIC KEY BLOCK-----\r\nComment: x\r\n\r\nAQID\r\nBAX/\r\n=abcd\r\n-----END PGP "
      "PUBLIC "
      "KEY BLOCK-----\r\n";
  EXPECT_EQ(without_armor("a comment\n" + block), "\x01\x02\x03\x04\x05\xFF");
  EXPECT_EQ(without_armor(block + "between\n" + block), "\x01\x02\x03\x04\x05\xFF\x01\x02\x03\x04\x05\xFF");
  EXPECT_EQ(without_armor("-----BEGIN PGP PUBLIC KEY BLOCK-----\n\nAQ==\n-----END PGP PUBLIC KEY BLOCK-----"),
            "\x01");
  EXPECT_EQ(without_armor("\x99\x01 bytes"), "\x99\x01 bytes");
  EXPECT_EQ(without_armor("-----BEGIN PGP PUBLIC KEY BLOCK-----\n\nAQID"), "") << "its end is missing";
}

TEST(Stage3Shape, MustBeTheMachines) {
  const std::map<std::string, std::string> merged{{"/bin", "a link to usr/bin"},
                                                  {"/usr/sbin", "a directory"}},
      split{{"/bin", "a directory"}, {"/lib64", "a directory"}};
  EXPECT_TRUE(shape_differences(merged, merged).empty());
  EXPECT_EQ(shape_differences(merged, split),
            Words{"/bin is a link to usr/bin on this machine and a directory in it"});
}

TEST(GentooVersion, IsNewerByItsNumbers) {
  EXPECT_TRUE(is_newer("2.41-r3", "2.40-r9"));
  EXPECT_TRUE(is_newer("2.41-r3", "2.41"));
  EXPECT_TRUE(is_newer("2.100", "2.41"));
  EXPECT_FALSE(is_newer("2.41", "2.41"));
  EXPECT_FALSE(is_newer("", "2.41"));
}

}  // namespace
}  // namespace recover::environment
