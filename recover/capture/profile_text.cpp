#include "recover/capture/profile_text.hpp"

#include <algorithm>
#include <cstdio>
#include <sstream>

#include "recover/duration.hpp"
#include "recover/system/text.hpp"

namespace recover::capture {
namespace {

constexpr std::size_t width = 80;

// Every line of it behind "# ", broken at blanks.
std::string comment(const std::string& text) {
  std::string lines, line = "#";
  std::istringstream words(text);
  for (std::string word; words >> word;) {
    if (line.size() + 1 + word.size() > width && line != "#") {
      lines += line + "\n";
      line = "#  ";
    }
    line += " " + word;
  }
  return lines + line + "\n";
}

std::string quoted_list(const std::vector<std::string>& texts) {
  std::vector<std::string> quoted;
  for (const auto& text : texts) quoted.push_back(toml_text(text));
  const auto line = "[" + system::joined(quoted) + "]";
  return line.size() < width - 12 ? line : "[\n  " + system::joined(quoted, ",\n  ") + ",\n]";
}

std::string device_text(const ProfileDevice& device) {
  std::string text = "{ disk = " + toml_text(device.disk);
  if (!device.partition.empty()) text += ", partition = " + toml_text(device.partition);
  if (!device.volume.empty()) text += ", volume = " + toml_text(device.volume);
  return text + " }";
}

class Writer {
 public:
  Writer(const Profile& profile, const std::vector<Remark>& remarks) : profile_(profile), remarks_(remarks) {}

  std::string write(const std::string& moment) {
    heading(moment);
    text_ += "format = 1\n";
    machine();
    for (const auto& disk : profile_.disks) write_disk(disk);
    filesystem();
    subvolumes();
    boot_filesystem("esp", profile_.esp);
    boot_filesystem("boot", profile_.boot);
    boot_loader();
    efi();
    notes();
    storage();
    bacula();
    verify();
    environment();
    return text_;
  }

 private:
  // `at`: where the remarks of this table are; a table of a list has its name in it.
  void table(const std::string& header, const std::string& at) {
    at_ = at;
    text_ += "\n";
    remark_on(at_);
    text_ += header + "\n";
  }
  void table(const std::string& name) { table("[" + name + "]", name); }

  void remark_on(const std::string& key) {
    for (const auto& remark : remarks_)
      if (remark.key == key) text_ += comment(to_string(remark.kind) + ": " + remark.text);
  }

  void line(const std::string& key, const std::string& value) {
    remark_on(at_ + "." + key);
    text_ += key + " = " + value + "\n";
  }
  // Nothing is written for an empty one: what a profile needs has its remark then.
  void text(const std::string& key, const std::string& value) {
    if (!value.empty()) return line(key, toml_text(value));
    const auto full = at_ + "." + key;
    if (std::none_of(remarks_.begin(), remarks_.end(), [&](const auto& r) { return r.key == full; })) return;
    remark_on(full);
    text_ += "#" + key + " = \"\"\n";
  }
  void number(const std::string& key, std::int64_t value) {
    if (value > 0) return line(key, std::to_string(value));
    remark_on(at_ + "." + key);
  }
  void flag(const std::string& key, bool value) {
    if (value) line(key, "true");
  }

  void heading(const std::string& moment) {
    text_ += comment("The machine " + system::printable(profile_.name) +
                     (moment.empty() ? "" : ", captured " + moment) + ".");
    text_ +=
        "# docs/formats.md describes every key. Lines marked \"guess\" want a look,\n"
        "# those marked \"not found\" an answer. Is it still true? recover capture --check\n"
        "# FILE. It holds no password.\n";
  }

  void machine() {
    table("machine");
    text("name", profile_.name);
    text("machine-id", profile_.machine_id);
    flag("virtualisation", profile_.virtualisation);
  }

  void write_disk(const ProfileDisk& disk) {
    const auto at = "disk." + disk.name;
    table("[[disk]]", at);
    text("name", disk.name);
    text("serial", disk.serial);
    text("wwn", disk.wwn);
    number("size", disk.size);
    text("partition-table", disk.table_uuid);
    for (const auto& partition : disk.partitions) {
      table("[[disk.partitions]]", at + ".partitions");
      line("number", std::to_string(partition.number));
      line("guid", toml_text(partition.guid));
      line("type", toml_text(partition.type));
      text("name", partition.name);
      line("start", std::to_string(partition.start));
      line("size", std::to_string(partition.size));
    }
  }

  void filesystem() {
    const auto& filesystem = profile_.filesystem;
    table("filesystem");
    text("uuid", filesystem.uuid);
    text("new-uuid", filesystem.new_uuid);
    text("label", filesystem.label);
    text("data", filesystem.data);
    text("metadata", filesystem.metadata);
    text("checksum", filesystem.checksum);
    number("node-size", filesystem.node_size);
    number("sector-size", filesystem.sector_size);
    if (!filesystem.features.empty()) line("features", quoted_list(filesystem.features));
    std::vector<std::string> devices;
    for (const auto& device : filesystem.devices) devices.push_back(device_text(device));
    if (devices.size() > 1)
      line("devices", "[\n  " + system::joined(devices, ",\n  ") + ",\n]");
    else if (devices.size() == 1)
      line("devices", "[" + devices.front() + "]");
    else
      remark_on("filesystem.devices");
  }

  void subvolumes() {
    if (std::any_of(remarks_.begin(), remarks_.end(), [](const auto& r) { return r.key == "subvolume"; })) {
      text_ += "\n";
      remark_on("subvolume");
    }
    for (const auto& subvolume : profile_.subvolumes) {
      table("[[subvolume]]", "subvolume." + subvolume.path);
      text("path", subvolume.path);
      text("mount", subvolume.mount);
      if (!subvolume.mount.empty()) text("options", subvolume.options);
      flag("default", subvolume.is_default);
      flag("no-cow", subvolume.no_cow);
      flag("read-only", subvolume.read_only);
      flag("snapshot", subvolume.snapshot);
    }
  }

  // Where a table is not written, what there is to say of it stands in its place.
  bool left_out(const std::string& name, bool there) {
    if (there) return false;
    if (std::any_of(remarks_.begin(), remarks_.end(), [&](const auto& r) { return r.key == name; })) {
      text_ += "\n# [" + name + "]\n";
      remark_on(name);
    }
    return true;
  }

  void boot_filesystem(const std::string& name, const std::optional<ProfileBootFilesystem>& filesystem) {
    if (left_out(name, filesystem.has_value())) return;
    table(name);
    text("disk", filesystem->device.disk);
    text("partition", filesystem->device.partition);
    text("volume", filesystem->device.volume);
    if (name != "esp") text("type", filesystem->type);
    text("uuid", filesystem->uuid);
    text("label", filesystem->label);
    text("mount", filesystem->mount);
    text("options", filesystem->options);
  }

  void boot_loader() {
    if (left_out("boot-loader", profile_.boot_loader.has_value())) return;
    const auto& loader = *profile_.boot_loader;
    table("boot-loader");
    text("install", loader.install);
    text("mkconfig", loader.mkconfig);
    text("config", loader.config);
    text("target", loader.target);
    text("id", loader.id);
    flag("fallback-path", loader.fallback_path);
    text("initramfs", loader.initramfs);
  }

  void efi() {
    if (left_out("efi", profile_.efi.has_value())) return;
    table("efi");
    text("label", profile_.efi->label);
    text("loader", profile_.efi->loader);
    text("data", profile_.efi->data);
    if (!profile_.efi->order.empty())
      line("order", quoted_list(profile_.efi->order));
    else
      remark_on("efi.order");
  }

  void notes() {
    text_ +=
        "\n# Your own words, for the day when the firmware has forgotten everything; the\n"
        "# playbook \"efi\" shows them. A new capture to this file keeps them.\n";
    table("notes");
    for (const auto& [key, words] : profile_.notes) line(note_key(key), toml_text(words));
    for (const auto& [key, example] :
         {std::pair{"firmware-key", "which key opens the firmware's setup, and when: Del, after the beep"},
          std::pair{"monitor", "which monitor or connector shows it: only the DisplayPort"},
          std::pair{"firmware-settings", "what must be on and off: UEFI on, CSM off, SVM on"}})
      if (!profile_.notes.contains(key)) text_ += std::string("#") + key + " = \"\"\n#   " + example + "\n";
  }

  static std::string note_key(const std::string& key) {
    const bool bare = !key.empty() && std::all_of(key.begin(), key.end(), [](unsigned char c) {
      return c < 0x80 && (std::isalnum(c) || c == '-' || c == '_');
    });
    return bare ? key : toml_text(key);
  }

  void storage() {
    const auto& storage = profile_.storage;
    table("storage");
    text("uuid", storage.uuid);
    text("volume", storage.volume);
    text("volumes", storage.volumes);
    text("environment", storage.environment);
    text("bootstraps", storage.bootstraps);
  }

  void bacula() {
    const auto& bacula = profile_.bacula;
    table("bacula");
    text("director", bacula.director);
    text("client", bacula.client);
    text("fileset", bacula.fileset);
    text("backup-job", bacula.backup_job);
    text("restore-job", bacula.restore_job);
    text("storage", bacula.storage);
    text("device", bacula.device);
    text("archive-device", bacula.archive_device);
    text("catalog", bacula.catalog);
    text("bootstrap", bacula.bootstrap);
    text("catalog-bootstrap", bacula.catalog_bootstrap);
    text("configuration", bacula.configuration);
  }

  void verify() {
    const auto& verify = profile_.verify;
    const ProfileVerify usual;
    text_ +=
        "\n# What verify-backup asks (docs/formats.md). left-out: mount points and subvolumes that\n"
        "# no backup has, on purpose. A new capture to this file keeps your words.\n";
    table("verify");
    line("left-out", quoted_list(verify.left_out));
    text("catalog-dump", verify.catalog_dump);
    const auto duration = [&](const char* key, std::chrono::seconds value, std::chrono::seconds otherwise) {
      if (value != otherwise) text(key, duration_text(value));
    };
    duration("verified-for", verify.verified_for, usual.verified_for);
    duration("patience", verify.patience, usual.patience);
    duration("stall", verify.stall, usual.stall);
    duration("deadline", verify.deadline, usual.deadline);
  }

  // Without it the environment is made as usual.
  void environment() {
    const auto& environment = profile_.environment;
    const ProfileEnvironment usual;
    if (environment == usual) return;
    text_ += "\n# What the recovery environment is made from, and how it is kept (docs/formats.md).\n";
    table("environment");
    text("from", environment.from);
    text("suite", environment.suite);
    text("mirror", environment.mirror);
    text("stage3", environment.stage3);
    if (!environment.packages.empty()) line("packages", quoted_list(environment.packages));
    flag("by-hand", environment.by_hand);
    if (environment.fresh_for != usual.fresh_for) text("fresh-for", duration_text(environment.fresh_for));
  }

  const Profile& profile_;
  const std::vector<Remark>& remarks_;
  std::string text_, at_;
};

}  // namespace

std::string toml_text(std::string_view text) {
  const bool controls =
      std::any_of(text.begin(), text.end(), [](unsigned char c) { return c < ' ' || c == 0x7f; });
  if (text.find('\\') != std::string_view::npos && text.find('\'') == std::string_view::npos && !controls)
    return "'" + std::string(text) + "'";
  std::string quoted = "\"";
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      quoted += std::string("\\") + c;
    } else if (byte < ' ' || byte == 0x7f) {
      char code[8];
      std::snprintf(code, sizeof code, "\\u%04X", byte);
      quoted += code;
    } else {
      quoted += c;
    }
  }
  return quoted + "\"";
}

std::string profile_text(const Profile& profile, const std::vector<Remark>& remarks,
                         const std::string& moment) {
  return Writer(profile, remarks).write(moment);
}

}  // namespace recover::capture
