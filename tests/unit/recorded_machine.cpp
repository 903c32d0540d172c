#include "tests/unit/recorded_machine.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <sstream>

#include "recover/toml_file.hpp"

namespace recover::test {
namespace {

BlockDevice device(TomlTable table) {
  BlockDevice read;
  read.path = table.text("path");
  read.disk = table.text("disk");
  read.serial = table.text_or("serial", "");
  read.wwn = table.text_or("wwn", "");
  read.model = table.text_or("model", "");
  read.partition_uuid = table.text_or("partition", "");
  read.table_uuid = table.text_or("table", "");
  read.table_type = table.text_or("table-type", "");
  read.beneath = table.texts_or("beneath", {});
  read.live = table.text_or("live", "");
  read.size = table.integer("size");
  read.number = static_cast<int>(table.integer_or("number", 0));
  read.start = table.integer_or("start", 0);
  read.sector = table.integer_or("sector", 512);
  read.volume = table.text_or("volume", "");
  read.fs_type = table.text_or("type", "");
  read.fs_uuid = table.text_or("uuid", "");
  read.fs_label = table.text_or("label", "");
  read.in_use = table.text_or("in-use", "");
  read.read_only = table.boolean_or("read-only", false);
  return read;
}

StorageFacts storage(TomlTable table) {
  StorageFacts read;
  read.mount_point = table.text("mount-point");
  read.device = table.text("device");
  read.writable = table.boolean_or("writable", true);
  read.free_bytes = table.integer("free");
  read.environment = table.boolean_or("environment", true);
  for (const auto* tool : {"bacula-dir", "bacula-sd", "bacula-fd", "bconsole", "bextract"})
    read.environment_tools.push_back({tool, std::string("/usr/sbin/") + tool});
  read.stamp = EnvironmentStamp{"2026-11-01 03:00:00",
                                "packages",
                                "9.6.7",
                                "0.1.0",
                                2,
                                "2026-10-31 23:05:01",
                                "/etc/hostname",
                                "SHA1 2jmj7l5rSw0yVb/vlWAYkK/YBwk"};
  read.bootstrap = table.text_or("bootstrap", "");
  for (const auto& name : table.texts_or("volumes", {})) read.volumes.push_back({name, 1000000, ""});
  return read;
}

}  // namespace

std::string source_path(const std::string& relative) {
  return std::string(TEST_SOURCE_DIR) + "/" + relative;
}

Facts recorded_machine(const std::string& name) {
  auto root = TomlFile::load(source_path("tests/machines/" + name + ".toml")).root();
  Facts facts;
  facts.root_user = root.boolean_or("root", true);
  facts.now = root.integer("now");
  facts.boot_id = root.text("boot-id");
  for (const auto& tool : root.texts_or("tools", {})) facts.tools.push_back({tool, "/usr/sbin/" + tool});
  for (auto& table : root.tables("device")) facts.devices.push_back(device(table));
  for (auto& table : root.tables("mount"))
    facts.mounts.push_back(
        {table.text("source"), table.text("target"), table.text("type"), table.text("options"), "/"});
  if (root.has("storage")) facts.storage = storage(root.table("storage"));
  root.finish();
  return facts;
}

Profile sample_profile() {
  return load_profile(source_path("playbooks/machine.sample.toml"));
}

void expect_golden(const std::string& name, const std::string& text) {
  const auto path = source_path("tests/golden/" + name);
  if (std::getenv("RECOVER_ACCEPT_GOLDEN")) {
    std::ofstream(path, std::ios::binary) << text;
    return;
  }
  std::ifstream file(path, std::ios::binary);
  std::ostringstream expected;
  expected << file.rdbuf();
  EXPECT_EQ(expected.str(), text) << "differs from tests/golden/" << name
                                  << "; RECOVER_ACCEPT_GOLDEN=1 accepts it as the new one";
}

}  // namespace recover::test
