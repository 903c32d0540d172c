#include "recover/bacula/catalog_file.hpp"

#include <gtest/gtest.h>

#include <filesystem>

#include "tests/unit/system_temporary.hpp"

namespace recover::test {
namespace {

std::optional<bacula::CatalogFile> found(const tests::TemporaryDirectory& root) {
  return bacula::find_catalog_file(system::TreeRoot(root.path()), "/etc/bacula", "alder-fd");
}

TEST(CatalogFile, IsThatOfTheClientsCatalog) {
  const tests::TemporaryDirectory root;
  root.put("etc/bacula/bacula-dir.conf", R"(
Director { Name = alder-dir
  Working Directory = "/srv/bacula"
}
Catalog { Name = Other
  DB Name = "other"; dbuser = bacula; dbpassword = "geheim"
}
Client { Name = alder-fd
  Catalog = MyCatalog
}
@/etc/bacula/catalog.conf
)");
  root.put("etc/bacula/catalog.conf", "Catalog { Name = MyCatalog\n  dbname = \"mine\"\n}\n");
  EXPECT_EQ(found(root), (bacula::CatalogFile{"/srv/bacula", "mine.db"}));
}

TEST(CatalogFile, IsWhereBaculaHasItWhenNothingElseIsSaid) {
  const tests::TemporaryDirectory root;
  EXPECT_FALSE(found(root));
  root.put("etc/bacula/bacula-dir.conf", "Director { Name = alder-dir\n}\n");
  EXPECT_EQ(found(root), (bacula::CatalogFile{"/var/lib/bacula", "bacula.db"}));
}

TEST(CatalogFile, LiesInTheDirectoryThatIsNamed) {
  const tests::TemporaryDirectory root;
  root.put("etc/bacula/bacula-dir.conf", "Catalog { Name = MyCatalog\n  dbname = \"../../bacula\"\n}\n");
  EXPECT_FALSE(found(root));
}

// A link in the restored root is that root's own, and not the rescue system's.
TEST(CatalogFile, IsReadInsideOfTheTree) {
  const tests::TemporaryDirectory root, outside;
  outside.put("bacula-dir.conf", "Director { Name = alder-dir\n}\n");
  std::filesystem::create_directories(root / "etc");
  std::filesystem::create_symlink(outside.path(), root / "etc/bacula");
  EXPECT_FALSE(found(root));
}

}  // namespace
}  // namespace recover::test
