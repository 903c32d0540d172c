// What is left in a restored root until the gate closes, and that it goes again.
#include "recover/reminder.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <sstream>

#include "recover/system/files.hpp"
#include "tests/unit/system_temporary.hpp"

namespace recover::test {
namespace {

namespace fs = std::filesystem;

const ReminderFor everything{true, true, true, "2026-11-22"};

std::vector<std::string> paths(const ReminderFor& machine) {
  std::vector<std::string> found;
  for (const auto& file : reminder_files(machine)) found.push_back(file.path);
  return found;
}

std::string content(const ReminderFor& machine, const std::string& path) {
  for (const auto& file : reminder_files(machine))
    if (file.path == path) return file.content;
  return "";
}

void install(const tests::TemporaryDirectory& root) {
  for (const auto& file : reminder_files(everything)) {
    if (!file.link) {
      root.put(file.path, file.content);
      continue;
    }
    fs::create_directories(fs::path(root / file.path).parent_path());
    fs::create_symlink(file.content, root / file.path);
  }
  for (const auto* name : {"recover", "machine.toml", "playbooks/storage.toml", "playbooks/tree.toml"})
    root.put(std::string("var/lib/recover/") + name, "1");
}

std::vector<std::string> files_below(const tests::TemporaryDirectory& root) {
  std::vector<std::string> found;
  for (const auto& entry : fs::recursive_directory_iterator(root.path()))
    if (!entry.is_directory() || entry.is_symlink())
      found.push_back(entry.path().string().substr(root.path().size()));
  return found;
}

TEST(Reminder, IsOfTheInitThatTheMachineHas) {
  const std::vector<std::string> messages{"/etc/issue.d/recover.issue", "/etc/profile.d/recover.sh"};
  EXPECT_EQ(paths({.program = true}), messages);
  EXPECT_EQ(paths({.program = false, .systemd = true, .openrc = true}), messages);
  auto systemd = messages;
  for (const auto* name :
       {"recover-hold.service", "recover-verify.service",
        "bacula-director.service.wants/recover-hold.service", "bacula-dir.service.wants/recover-hold.service",
        "multi-user.target.wants/recover-verify.service"})
    systemd.push_back(std::string("/etc/systemd/system/") + name);
  EXPECT_EQ(paths({.program = true, .systemd = true}), systemd);
  auto openrc = messages;
  openrc.insert(openrc.end(), {"/var/lib/recover/after-boot", "/etc/init.d/recover-verify",
                               "/etc/runlevels/default/recover-verify"});
  EXPECT_EQ(paths({.program = true, .openrc = true}), openrc);
}

// A target comes after what it wants, unless that comes after the target; and a Director may come after it.
TEST(Reminder, UnitsMakeNoBootWaitForThem) {
  const auto unit = content(everything, "/etc/systemd/system/recover-verify.service");
  EXPECT_NE(unit.find("\nAfter=recover-hold.service multi-user.target\n"), std::string::npos);
  EXPECT_NE(unit.find("\nType=exec\n"), std::string::npos);
  EXPECT_EQ(unit.find("Before="), std::string::npos);
}

TEST(Reminder, IsReadOnASmallTextConsole) {
  for (const auto& machine :
       {ReminderFor{true, true, false, "2026-11-22"}, ReminderFor{true, false, false, "2026-11-22"},
        ReminderFor{false, true, false, "2026-11-22"}}) {
    std::istringstream text(content(machine, "/etc/issue.d/recover.issue"));
    int lines = 0;
    for (std::string line; std::getline(text, line) && !line.empty(); ++lines) {
      EXPECT_LT(line.size(), 80U) << line;
      EXPECT_EQ(line.find('\\'), std::string::npos) << "agetty would take it for its own";
    }
    EXPECT_LE(lines, 6);
    EXPECT_NE(text.str().find("RESTORED ON 2026-11-22 AND IS NOT FINISHED"), std::string::npos);
    EXPECT_NE(text.str().find("recover verify-backup"), std::string::npos);
    EXPECT_NE(content(machine, "/etc/profile.d/recover.sh").find(text.str().substr(0, text.str().size() - 1)),
              std::string::npos);
  }
}

TEST(Reminder, IsRemovedAsAWhole) {
  const tests::TemporaryDirectory root;
  EXPECT_FALSE(reminder_is_there(root.path()));
  install(root);
  root.put("var/lib/recover/journal", "1");
  root.put("var/lib/recover/backup.toml", "1");
  root.put("etc/systemd/system/bacula-director.service.wants/another.service", "1");
  EXPECT_TRUE(reminder_is_there(root.path()));
  EXPECT_TRUE(remove_reminder(root.path()).empty());
  EXPECT_FALSE(reminder_is_there(root.path()));
  auto left = files_below(root);
  std::sort(left.begin(), left.end());
  EXPECT_EQ(left,
            (std::vector<std::string>{"/etc/systemd/system/bacula-director.service.wants/another.service",
                                      "/var/lib/recover/backup.toml", "/var/lib/recover/journal"}));
  for (const auto* gone :
       {"etc/issue.d", "etc/systemd/system/bacula-dir.service.wants", "var/lib/recover/playbooks"})
    EXPECT_FALSE(fs::exists(root / gone)) << gone;
  EXPECT_TRUE(remove_reminder(root.path()).empty());  // once more
}

TEST(Reminder, AnyPartOfItIsSeen) {
  const tests::TemporaryDirectory root;
  fs::create_directories(root / "etc/runlevels/default");
  fs::create_symlink("/etc/init.d/recover-verify", root / "etc/runlevels/default/recover-verify");
  EXPECT_TRUE(reminder_is_there(root.path()));
}

TEST(Reminder, RemovesNothingOutsideOfTheTree) {
  const tests::TemporaryDirectory root, outside;
  outside.put("recover.sh", "1");
  fs::create_directories(root / "etc");
  fs::create_symlink(outside.path(), root / "etc/profile.d");
  remove_reminder(root.path());
  EXPECT_TRUE(fs::exists(outside / "recover.sh"));
}

TEST(Reminder, SaysWhatItCannotRemove) {
  const tests::TemporaryDirectory root;
  root.put("etc/profile.d/recover.sh/why-a-directory", "1");
  const auto left = remove_reminder(root.path());
  ASSERT_EQ(left.size(), 1U);
  EXPECT_NE(left[0].find(root / "etc/profile.d/recover.sh: "), std::string::npos) << left[0];
}

}  // namespace
}  // namespace recover::test
