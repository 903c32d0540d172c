#include "recover/system/text.hpp"

#include <gtest/gtest.h>

namespace recover::system {
namespace {

TEST(Printable, LeavesWhatIsHarmless) {
  EXPECT_EQ(printable("a b-c_1~"), "a b-c_1~");
  EXPECT_EQ(printable("\xC3\xBCn\xC3\xAF \xE2\x82\xAC \xF0\x9F\x92\xBE"),
            "\xC3\xBCn\xC3\xAF \xE2\x82\xAC \xF0\x9F\x92\xBE");
  EXPECT_EQ(printable(""), "");
}

TEST(Printable, EscapesControlsAndBackslashes) {
  EXPECT_EQ(printable("a\nb\tc\x1B[2J\x7F\\"), "a\\012b\\011c\\033[2J\\177\\134");
  EXPECT_EQ(printable(std::string_view("\0", 1)), "\\000");
}

TEST(Printable, EscapesWhatIsNoUtf8) {
  EXPECT_EQ(printable("\xFF\xFE"), "\\377\\376");
  EXPECT_EQ(printable("\xC3"), "\\303");                    // cut
  EXPECT_EQ(printable("\xC0\xAF"), "\\300\\257");           // over-long
  EXPECT_EQ(printable("\xED\xA0\x80"), "\\355\\240\\200");  // a surrogate
  EXPECT_EQ(printable("\xF5\x80\x80\x80"), "\\365\\200\\200\\200");
}

TEST(Printable, EscapesWhatMovesTheCursorOrTurnsTheText) {
  EXPECT_EQ(printable("\xC2\x9B"), "\\302\\233");           // CSI of eight bits
  EXPECT_EQ(printable("\xE2\x80\xAE"), "\\342\\200\\256");  // right-to-left override
}

TEST(FromPrintable, GivesBackEveryByte) {
  std::string every;
  for (int byte = 0; byte < 256; ++byte) every += static_cast<char>(byte);
  for (const std::string& text : {every, std::string("a\\012"), std::string("\xC3\xBCn\nx\\"), std::string()})
    EXPECT_EQ(from_printable(printable(text)), text);
}

TEST(FromPrintable, LeavesABackslashThatEscapesNothing) {
  for (const std::string text : {"\\", "\\9", "\\01", "\\400", "\\08x"})
    EXPECT_EQ(from_printable(text), text);
}

TEST(Redact, TakesPasswordsOut) {
  EXPECT_EQ(redact("Password = \"secret\"\nName = x"), "Password = ***\nName = x");
  EXPECT_EQ(redact("password=secret; dbuser=me"), "password=***; dbuser=me");
  EXPECT_EQ(redact("dbpassword = \"a b\" }"), "dbpassword = *** }");
  EXPECT_EQ(redact("PASS WORD = 'x y'"), "PASS WORD = ***");
}

TEST(Redact, TakesAnUnclosedQuoteToTheEndOfItsLine) {
  EXPECT_EQ(redact("Password = \"sec ret\nnext"), "Password = ***\nnext");
  EXPECT_EQ(redact("Password = \"a\\\"b\" x"), "Password = *** x");
}

TEST(Redact, TakesThemOutOfAddresses) {
  EXPECT_EQ(redact("Err:1 http://me:a@b@host/x y@z http://host"), "Err:1 http://***@host/x y@z http://host");
  EXPECT_EQ(redact("'https://token@host' https://"), "'https://***@host' https://");
}

TEST(Redact, LeavesTheRest) {
  EXPECT_EQ(redact("Most likely the passwords do not agree."), "Most likely the passwords do not agree.");
  EXPECT_EQ(redact("/etc/passwd"), "/etc/passwd");
  EXPECT_EQ(redact("Get:1 http://deb.debian.org/a@b"), "Get:1 http://deb.debian.org/a@b");
  EXPECT_EQ(redact("Password"), "Password");
}

TEST(ShellQuoted, QuotesOnlyWhatNeedsIt) {
  EXPECT_EQ(shell_quoted("/dev/sda1"), "/dev/sda1");
  EXPECT_EQ(shell_quoted(""), "''");
  EXPECT_EQ(shell_quoted("a b"), "'a b'");
  EXPECT_EQ(shell_quoted("it's"), "'it'\\''s'");
  EXPECT_EQ(shell_quoted("$(x)"), "'$(x)'");
  EXPECT_EQ(shell_quoted("~root"), "'~root'");
}

TEST(HumanBytes, RoundsToOneDigit) {
  EXPECT_EQ(human_bytes(0), "0 B");
  EXPECT_EQ(human_bytes(1023), "1023 B");
  EXPECT_EQ(human_bytes(1536), "1.5 KiB");
  EXPECT_EQ(human_bytes(1024 * 1024 - 1), "1.0 MiB");
  EXPECT_EQ(human_bytes(INT64_MAX), "8.0 EiB");
  EXPECT_EQ(human_bytes(-2048), "-2.0 KiB");
}

TEST(HumanSeconds, NamesTheTwoGreatestUnits) {
  EXPECT_EQ(human_seconds(0), "0 s");
  EXPECT_EQ(human_seconds(59), "59 s");
  EXPECT_EQ(human_seconds(60), "1 min");
  EXPECT_EQ(human_seconds(61), "1 min 1 s");
  EXPECT_EQ(human_seconds(3725), "1 h 2 min");
  EXPECT_EQ(human_seconds(90000), "1 d 1 h");
}

TEST(Nearest, FindsTheTypo) {
  const std::vector<std::string> known = {"make-btrfs", "mount", "restore"};
  EXPECT_EQ(nearest("make-btfs", known), "make-btrfs");
  EXPECT_EQ(nearest("zzzzzz", known), "");
  EXPECT_EQ(edit_distance("kitten", "sitting"), 3U);
  EXPECT_EQ(edit_distance("", "abc"), 3U);
}

// Each as Bacula 9.6.7 prints it. The word must not come out, the place must.
TEST(Redact, TakesOutWhateverTheConfigurationParserQuotes) {
  for (const auto* quoted :
       {"Keyword \"Passwrd\" not permitted in this resource.", "expected an equals, got: Geheim",
        "Attempt to redefine resource \"Geheim\" referenced on line 3 :   Passwrd = \"Geheim\"",
        "Keyword \"Geheim\" not permitted in this resource."}) {
    const std::string text =
        "21-Nov 22:58 bacula-dir: ERROR TERMINATION at parse_conf.c:620\nConfig error: " +
        std::string(quoted) +
        "\n            : line 23, col 14 of file /etc/bacula/bacula-dir.conf\n  Passwrd = "
        "\"Geheim\"\n\n21-Nov 22:58 bacula-dir JobId 0: on we go\n";
    const auto clean = redact(text);
    EXPECT_EQ(clean.find("Geheim"), std::string::npos) << clean;
    EXPECT_NE(clean.find("Config error"), std::string::npos) << clean;
    EXPECT_NE(clean.find("line 23, col 14 of file /etc/bacula/bacula-dir.conf"), std::string::npos) << clean;
    EXPECT_NE(clean.find("on we go"), std::string::npos) << clean;
  }
}

TEST(Harmless, LeavesNoControlCharacterButTheNewline) {
  EXPECT_EQ(harmless("a\x1b[2J\r\nb\x7f\xc2\x9bz ä"), "a?[2J?\nb??z ä");
}

}  // namespace
}  // namespace recover::system
