#include "recover/libraries.hpp"

#include <gtest/gtest.h>

#include <cctype>

namespace recover::test {
namespace {

TEST(Libraries, EachHasAVersion) {
  EXPECT_GE(libraries().size(), 12U);
  for (const auto& library : libraries()) {
    ASSERT_FALSE(library.version.empty()) << library.name;
    EXPECT_TRUE(std::isdigit(static_cast<unsigned char>(library.version[0])))
        << library.name << library.version;
  }
}

TEST(Libraries, TheProgramIsNamedFirst) {
  EXPECT_TRUE(version_text().starts_with("recover " RECOVER_VERSION "\n")) << version_text();
  EXPECT_NE(version_text().find("\n  libbtrfsutil "), std::string::npos) << version_text();
}

}  // namespace
}  // namespace recover::test
