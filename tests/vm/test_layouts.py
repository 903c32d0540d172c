# SPDX-License-Identifier: GPL-3.0-or-later
"""Each layout of disks that the program knows: lost, brought back, and booted on a board that knows nothing of it.

The profile is captured on the healthy machine; the recovery happens in user-mode Linux, the boot in QEMU. User-mode
Linux has no EFI variables: the machine must come up by the fallback path on its ESP.
"""

import unittest

from loop import reminder, tree

from . import layouts, work
from .case import NOT_FINISHED, REFUSED, unexpected
from .disaster import HOME, Machine, OneDisk

FALLBACK_PATH = ["--without-efi-variables"]
MOUNT_STORAGE = ["sh", "-c", "mkdir -p /mnt/storage && vgchange -q -ay vg2 && mount /dev/vg2/storage /mnt/storage"]
# Bacula's daemons write to /var of the environment, its catalog is there; bconsole keeps its history in /root.
_SUMS = f"""
{MOUNT_STORAGE[2]}
cd /mnt/storage
find bacula environment machine.toml -path environment/var -prune -o -path environment/root -prune -o \\
  -type f -print0 | sort -z | xargs -0 sha256sum
cd /
umount /mnt/storage
vgchange -q -an vg2
"""
NEW_UUID = "3e94b7d1-60a8-4c25-9f1d-b27c80e5a946"


class LayoutTest(unittest.TestCase):
    maxDiff = None
    apart = True

    def setUp(self):
        self.folder = self.enterContext(work.folder())

    def assert_exit(self, ran, code):
        self.assertEqual(ran.exit, code, f"\n{ran.out[-6000:]}")

    def assert_says(self, ran, *words):
        for word in words:
            self.assertIn(word, ran.words)

    def assert_nothing_left(self, ran):
        self.assertEqual(ran.left, [])

    def assert_refused_untouched(self, machine):
        """Without EFI variables, and without a word from the operator about it, nothing is begun."""
        before = machine.digests()
        ran = machine.rescue(refused=machine.restore())["refused"]
        self.assert_exit(ran, REFUSED)
        self.assert_says(ran, "EFI")
        self.assert_nothing_left(ran)
        self.assertEqual(machine.digests(), before)

    def assert_restored(self, machine, uuid=layouts.ROOT_UUID, found=None):
        """With eyes of our own: the program has no part in what is compared here."""
        layout, found = machine.layout, found or machine.look()
        facts = found.facts
        self.assertEqual(facts["root-uuid"], uuid)
        self.assertEqual(facts["root-label"], layouts.ROOT_LABEL)
        self.assertEqual(facts["esp-id"], layouts.ESP_ID)
        if layout.boot:
            self.assertEqual(facts["boot-uuid"], layouts.BOOT_UUID)
        self.assertEqual(facts["subvolumes"], sorted(subvolume.path for subvolume in layout.subvolumes))
        self.assertEqual(facts["default"], "@" if layout.root_by_default else "")
        self.assertEqual((facts["profiles"]["data"], facts["profiles"]["metadata"]), (layout.data, layout.metadata))
        self.assertEqual(facts["devices"], len(layout.root))
        self.assert_same_tree(machine, found, uuid)
        self.assert_bootable(layout, facts, uuid)

    def assert_same_tree(self, machine, found, uuid):
        expected = tree.load(machine.golden / "newest.manifest")
        anew = ["/boot/efi", machine.layout.grub_folder, "/var/lib/recover", *reminder.MESSAGES, *reminder.SYSTEMD]
        if uuid != layouts.ROOT_UUID:
            # The last is where the initramfs is put together.
            anew += ["/etc/fstab", *_initramfs(found.manifest), "/var/lib/initramfs-tools", "/var/tmp"]
        self.assertEqual(unexpected(expected, found.manifest, anew), [])
        # All that was on the ESP is there again; the loader itself is built anew.
        on_esp = {path for path in expected if path.startswith(b"/boot/efi/")}
        self.assertEqual(sorted(on_esp - found.manifest.keys()), [])

    def assert_bootable(self, layout, facts, uuid):
        self.assertIn("EFI/BOOT/BOOTX64.EFI", facts["esp"])
        self.assertIn("EFI/debian/grubx64.efi", facts["esp"])
        self.assertIn("root=/dev/mapper/vg1-root" if layout.lvm else f"root=UUID={uuid}", facts["grub.cfg"])
        self.assertIn(f"--set=root {layouts.BOOT_UUID if layout.boot else uuid}", facts["grub.cfg"])
        if uuid != layouts.ROOT_UUID:
            for name in ["grub.cfg", "fstab"]:
                self.assertNotIn(layouts.ROOT_UUID, facts[name])
        self.assertEqual(facts["fstab"].count(f"UUID={uuid} "), sum(bool(one.mount) for one in layout.subvolumes))
        for version in facts["modules"]:
            self.assertIn(f"vmlinuz-{version}", facts["boot"])
            self.assertIn(f"initrd.img-{version}", facts["boot"])

    def assert_boots(self, machine, uuid=layouts.ROOT_UUID):
        booted = machine.boot()
        said = {name: step.out.strip() for name, step in booted.steps.items()}
        self.assertEqual(said["state"], "running", booted.out)
        self.assertEqual(said["name"], layouts.NAME)
        self.assertEqual(said["root"], f"{uuid} /@")
        self.assertEqual(booted.steps["mounts"].exit, 0, said["mounts"])


class Layouts(LayoutTest):
    def recover(self, layout, uuid=None):
        """All of it; with `uuid`, the root gets another one than it had."""
        machine = Machine(layout, self.folder)
        machine.lose()
        machine.add_decoys()
        self.assert_captured(machine)
        if uuid:
            machine.edit("machine.toml", r"^\[filesystem\]$", f'[filesystem]\nnew-uuid = "{uuid}"')
        self.assert_refused_untouched(machine)
        rescue = machine.rescue(
            restore=machine.restore(*FALLBACK_PATH), mount=MOUNT_STORAGE,
            status=[f"{HOME}/recover", "status", "--state", "/mnt/storage/recover-state"],
            check=[f"{HOME}/recover", "check", "--profile", f"{HOME}/machine.toml"],
            dry_run=machine.restore("--dry-run", "--restart", *FALLBACK_PATH), unmount=["umount", "/mnt/storage"])
        self.assert_exit(rescue["restore"], NOT_FINISHED)
        self.assert_nothing_left(rescue["restore"])
        self.assert_exit(rescue["status"], NOT_FINISHED)
        self.assert_exit(rescue["dry_run"], 0)
        failed = [line for line in rescue["check"].out.splitlines() if line.startswith("   NO ")]
        self.assertEqual([line.split()[1] for line in failed], ["efi-variables:"], rescue["check"].out)
        self.assert_restored(machine, uuid or layouts.ROOT_UUID)
        self.assertEqual(machine.written_decoys(), [])
        self.assert_boots(machine, uuid or layouts.ROOT_UUID)

    def assert_captured(self, machine):
        """What the profile says of the layout that the machine was built in."""
        layout, profile = machine.layout, machine.profile
        self.assertEqual(profile["machine"], {"name": layouts.NAME, "machine-id": layouts.MACHINE_ID})
        self.assertEqual({disk["serial"] for disk in profile["disk"]}, {disk.guid for disk in layout.disks})
        filesystem = profile["filesystem"]
        self.assertEqual((filesystem["uuid"], filesystem["label"]), (layouts.ROOT_UUID, layouts.ROOT_LABEL))
        self.assertEqual((filesystem["data"], filesystem["metadata"]), (layout.data, layout.metadata))
        if layout.lvm:
            self.assertEqual([device["volume"] for device in filesystem["devices"]], ["vg1/root"])
        else:
            self.assertEqual([device["partition"] for device in filesystem["devices"]],
                             [_guid(layout, place) for place in layout.root])
        self.assertEqual({(one["path"], one.get("mount"), one.get("no-cow", False)) for one in profile["subvolume"]},
                         {(one.path, one.mount, one.no_cow) for one in layout.subvolumes})
        self.assertEqual([one["path"] for one in profile["subvolume"] if one.get("default")],
                         ["@"] if layout.root_by_default else [])
        self.assertEqual((profile["esp"]["uuid"], profile["esp"]["partition"], profile["esp"]["mount"]),
                         (layouts.ESP_ID, _guid(layout, layout.esp), "/boot/efi"))
        self.assertEqual(profile.get("boot", {}).get("uuid"), layouts.BOOT_UUID if layout.boot else None)
        loader = profile["boot-loader"]
        self.assertEqual((loader["install"], loader["mkconfig"], loader["config"]),
                         (layout.tool("grub-install"), layout.tool("grub-mkconfig"), f"{layout.grub_folder}/grub.cfg"))
        self.assertEqual(loader.get("fallback-path", False), layout.fallback_path)
        self.assertEqual((profile["storage"]["volume"], profile["storage"]["uuid"]),
                         ("vg2/storage", layouts.STORAGE_UUID))
        self.assertEqual(profile["bacula"]["backup-job"], layout.bacula.BACKUP_JOB)

    def test_root_by_subvol_gets_another_uuid(self):
        self.recover(layouts.PLAIN, NEW_UUID)

    def test_root_as_default_subvolume_and_the_esp_lost_as_well(self):
        self.recover(layouts.DEFAULT_SUBVOLUME)

    def test_root_on_lvm(self):
        self.recover(layouts.ON_LVM)

    def test_raid1_on_two_disks_and_a_separate_boot_lost_as_well(self):
        self.recover(layouts.TWO_DISKS)

    def test_grub2_names(self):
        self.recover(layouts.GRUB2_NAMES)


class ReplacedDisk(LayoutTest):
    def test_a_new_blank_larger_disk_gets_the_table_and_boots(self):
        layout = layouts.PLAIN
        machine = Machine(layout, self.folder)
        machine.lose()
        old, size = layout.disks[0].guid, layout.disks[0].size + 512
        with open(machine.images[0], "wb") as disk:
            disk.truncate(size * layouts.MIB)
        # A disk of user-mode Linux has no serial. A loop device over it has one: what it lies on.
        new = "/dev/ubda"
        replace = [f"{HOME}/recover", "--playbook", "storage", "--profile", f"{HOME}/machine.toml", "--replace",
                   f"{old}={new}", *FALLBACK_PATH]
        ran = machine.rescue(attach=["sh", "-c", "modprobe loop; losetup --show --partscan --find /dev/ubda"],
                             without=machine.restore(*FALLBACK_PATH), unconfirmed=[*replace, "--confirm", old],
                             restore=[*replace, "--confirm", new],
                             again=[*replace, "--confirm", new, "--restart", "--dry-run"],
                             table=["sh", "-c", "losetup --detach-all; sgdisk --print --info=1 --info=2 /dev/ubda"])
        self.assert_exit(ran["without"], REFUSED)
        self.assert_says(ran["without"], "is not attached", "--replace")
        self.assert_exit(ran["unconfirmed"], REFUSED)
        self.assert_exit(ran["restore"], NOT_FINISHED)
        self.assert_says(ran["restore"], "still names the old disk")
        self.assert_nothing_left(ran["restore"])
        self.assertNotIn("sfdisk", ran["again"].out)  # it has its table
        self.assert_says(ran["table"], old.upper(), *(part.guid.upper() for part in layout.disks[0].partitions))
        self.assert_restored(machine)
        self.assert_boots(machine)


class StorageOnTheSameDisk(LayoutTest):
    def test_nothing_of_the_storage_volume_is_written_but_what_a_recovery_writes(self):
        machine = OneDisk(self.folder)
        machine.lose()
        machine.add_decoys()
        before = self.sums(machine)
        restored = machine.rescue(restore=machine.restore(*FALLBACK_PATH))["restore"]
        self.assert_exit(restored, NOT_FINISHED)
        self.assert_nothing_left(restored)
        self.assertEqual(sorted(set(self.sums(machine)) ^ set(before)), [])
        self.assert_restored(machine)
        self.assertEqual(machine.written_decoys(), [])

    def sums(self, machine):
        """A line for each file that no recovery has any business with: the volumes, and the environment's programs."""
        ran = machine.rescue(sums=["sh", "-e", "-c", _SUMS])["sums"]
        self.assert_exit(ran, 0)
        self.assertIn("bacula/", ran.out)
        self.assertIn("environment/usr/sbin/bextract", ran.out)
        return ran.out.splitlines()


def _initramfs(manifest):
    return [path.decode() for path in manifest if path.startswith(b"/boot/initrd.img")]


def _guid(layout, place):
    disk, = (disk for disk in layout.disks if disk.name == place[0])
    return disk.partitions[place[1] - 1].guid
