#include "recover/replace.hpp"

#include <algorithm>

#include "recover/error.hpp"
#include "recover/foreign.hpp"
#include "recover/partition_table.hpp"
#include "recover/system/text.hpp"

namespace recover {
namespace {

using system::printable;

struct Replacement {
  std::string old_serial, new_serial;
};

Replacement parsed(const std::string& given) {
  const auto equals = given.find('=');
  Replacement read{given.substr(0, equals), equals == std::string::npos ? "" : given.substr(equals + 1)};
  if (read.old_serial.empty() || read.new_serial.empty() || read.old_serial == read.new_serial)
    throw UsageError("\"" + printable(given) + "\" does not say which disk takes which one's place",
                     "Write it as --replace OLD=NEW, both by serial: lsblk -d -o NAME,SERIAL,SIZE,MODEL");
  return read;
}

bool is_whole_disk(const BlockDevice& device) {
  return device.path == device.disk && device.volume.empty();
}

std::string attached(const Facts& facts) {
  std::vector<std::string> disks;
  for (const auto& device : facts.devices)
    if (is_whole_disk(device) && !device.serial.empty())
      disks.push_back(device.path + " " + printable(device.serial));
  return disks.empty() ? "none with a serial" : system::joined(disks, "; ");
}

bool lies_on(const BlockDevice& device, const BlockDevice& beneath) {
  return std::find(device.beneath.begin(), device.beneath.end(), beneath.path) != device.beneath.end();
}

ProfileDisk& disk_of_profile(Profile& profile, const std::string& serial) {
  std::vector<std::string> known;
  for (auto& disk : profile.disks) {
    if (disk.serial == serial && !disk.replaces) return disk;
    known.push_back(disk.serial);
  }
  throw Refused("The profile has no disk with the serial " + printable(serial) + " that could be replaced",
                "Those that it has: " + printable(system::joined(known)));
}

const BlockDevice& new_disk(const Profile& profile, const Facts& facts, const Replacement& wanted) {
  const auto name = "The disk with the serial " + printable(wanted.new_serial);
  for (const auto& disk : profile.disks)
    if (disk.serial == wanted.new_serial)
      throw Refused(name + " is itself the profile's disk \"" + disk.name + "\", and takes no other's place",
                    "Attach a disk that the profile does not name");
  const BlockDevice* found = nullptr;
  for (const auto& device : facts.devices) {
    if (!is_whole_disk(device) || device.serial != wanted.new_serial) continue;
    if (found)
      throw Refused(name + " is there twice: " + found->path + " and " + device.path,
                    "Detach the one that is not meant");
    found = &device;
  }
  // What the new one is made of is no other disk: without a serial it has that of its table, the old one's.
  for (const auto& device : facts.devices)
    if (is_whole_disk(device) && device.serial == wanted.old_serial && !(found && lies_on(*found, device)))
      throw Refused("The disk " + device.path + " with the serial " + printable(wanted.old_serial) +
                        ", which is to be replaced, is still attached",
                    "Detach it, then start again: only one of the two may be there");
  if (!found) throw Refused(name + " is not attached", "Attach it. Disks that are here: " + attached(facts));
  if (found->serial == found->table_uuid)
    throw Refused("The disk " + found->path + " has no serial of its own, only that of its partition table",
                  "Nothing could tell it apart once it is written to. Attach it so that its serial is seen, "
                  "or make the table by hand with the GUIDs that the profile names");
  return *found;
}

enum class Lies { nowhere, on_all_of_it, on_a_partition };

// What the run would write to on that disk.
Lies what_lies_on(const Profile& profile, const ProfileDisk& disk) {
  auto devices = profile.filesystem.devices;
  for (const auto& more : {profile.esp, profile.boot})
    if (more) devices.push_back(more->device);
  auto lies = Lies::nowhere;
  for (const auto& device : devices) {
    if (device.disk != disk.name) continue;
    if (!device.volume.empty())
      throw Refused("On the disk \"" + disk.name + "\" lies the LVM volume " + device.volume +
                        ", and recover makes no volume groups",
                    "Make the group and the volume on the new disk by hand, and give the new disk's serial, "
                    "WWN and size in the profile");
    lies = device.partition.empty() ? Lies::on_all_of_it : Lies::on_a_partition;
    const bool known = std::any_of(disk.partitions.begin(), disk.partitions.end(),
                                   [&](const auto& partition) { return partition.guid == device.partition; });
    if (!device.partition.empty() && (!known || disk.table_uuid.empty()))
      throw Refused("The profile does not tell how the disk \"" + disk.name +
                        "\" was partitioned, so a new one cannot be made like it",
                    "Make the partition table by hand with the GUIDs that the profile names (sgdisk "
                    "--disk-guid, --partition-guid), and give the new disk's serial, WWN and size in it");
  }
  return lies;
}

void replace(Profile& profile, const Facts& facts, const Replacement& wanted) {
  auto& disk = disk_of_profile(profile, wanted.old_serial);
  const auto& found = new_disk(profile, facts, wanted);
  const auto lies = what_lies_on(profile, disk);
  if (lies == Lies::nowhere)
    throw Refused("Nothing that would be restored lies on the disk \"" + disk.name + "\" of the profile",
                  "Leave --replace out");
  disk.replaces = ReplacedDisk{disk.serial, disk.wwn, disk.table_uuid, disk.size};
  if (lies == Lies::on_a_partition) {
    disk.partitions = laid_out(disk.partitions, disk.size, found.size, found.sector);
  } else {
    disk.partitions.clear();
    disk.table_uuid.clear();
  }
  disk.serial = found.serial;
  disk.wwn = found.wwn;
  disk.size = found.size;
}

std::string or_none(const std::string& text) {
  return text.empty() ? "none" : printable(text);
}

}  // namespace

void replace_disks(Profile& profile, const Facts& facts, const std::vector<std::string>& given) {
  for (const auto& text : given) replace(profile, facts, parsed(text));
}

std::vector<std::string> replaced_text(const Profile& profile, const Facts& facts) {
  std::vector<std::string> lines;
  for (const auto& disk : profile.disks) {
    const auto found = std::find_if(facts.devices.begin(), facts.devices.end(),
                                    [&](const auto& device) { return is_disk(device, disk); });
    if (!disk.replaces || found == facts.devices.end()) continue;
    const auto& old = *disk.replaces;
    const auto row = [&](const char* what, const std::string& was, const std::string& is) {
      lines.push_back(std::string(what) + "  old  " + was);
      lines.push_back("        new  " + is);
    };
    row("name  ", disk.name + ", as the profile has it", found->path + ", as it is now");
    row("serial", printable(old.serial), printable(disk.serial));
    row("WWN   ", or_none(old.wwn), or_none(disk.wwn));
    row("model ", "not in the profile", or_none(found->model));
    row("size  ", system::exact_bytes(old.size), system::exact_bytes(disk.size));
    row("table ", or_none(old.table_uuid), table_words(*found, facts));
    row("on it ", "what the backup holds",
        found->fs_type.empty() ? "no filesystem on all of it" : content_words(*found));
    for (const auto& partition : disk.partitions)
      lines.push_back("partition " + std::to_string(partition.number) + ", " +
                      system::exact_bytes(partition.size) + ", " + partition.guid +
                      (partition.name.empty() ? "" : ", " + printable(partition.name)));
  }
  return lines;
}

std::string replaced_note(const Profile& profile) {
  std::string note;
  for (const auto& disk : profile.disks)
    if (disk.replaces)
      note += "\nThe profile still names the old disk " + printable(disk.replaces->serial) + ", not " +
              printable(disk.serial) +
              ". On the restored machine make a new one: recover capture -o machine.toml --to-storage\n";
  return note;
}

bool same_replacements(std::vector<std::string> a, std::vector<std::string> b) {
  std::sort(a.begin(), a.end());
  std::sort(b.begin(), b.end());
  return a == b;
}

}  // namespace recover
