# SPDX-License-Identifier: GPL-3.0-or-later
"""Killed while mkfs makes the ESP or /boot, which then looks whole to blkid and is not: `--resume` makes it again, and
nothing else that is whole.
"""

from . import layouts
from .case import NOT_FINISHED, REFUSED
from .disaster import Machine
from .test_layouts import FALLBACK_PATH, MOUNT_STORAGE, LayoutTest

# The first tries of mkfs are on files (try-mkfs). Then it has written its first sectors and not the rest, and the power
# goes off for the program: its children go with it.
_BREAK_MKFS = """
mkdir /root/good
cp /usr/sbin/mkfs.{type} /root/good
rm /usr/sbin/mkfs.{type}  # a link
cat >/usr/sbin/mkfs.{type} <<'END'
#!/bin/sh
/root/good/mkfs.{type} "$@" || exit
for device; do :; done
[ -b "$device" ] || exit 0
dd if=/dev/urandom of="$device" bs=512 seek={whole} count=4096 conv=fsync
kill -KILL "$PPID"
sleep 60
END
chmod +x /usr/sbin/mkfs.{type}
"""
_MEND_MKFS = "mv /root/good/mkfs.{type} /usr/sbin/mkfs.{type}\n"
_KILLED = -9
_LOADER = "EFI/Microsoft/Boot/bootmgfw.efi"
# It is in no backup.
_ANOTHER_SYSTEM = f"""
mkdir -p "$MACHINE/boot/efi/{_LOADER.rpartition('/')[0]}"
echo precious >"$MACHINE/boot/efi/{_LOADER}"
"""


class HalfMade(LayoutTest):
    def resumed(self, machine, kind, device, whole, fsck):
        """Killed in the mkfs of that kind when `whole` sectors are what they must be, and resumed."""
        def shell(script):
            return ["sh", "-e", "-c", script.format(type=kind, whole=whole)]

        ran = machine.rescue(
            broken=shell(_BREAK_MKFS), killed=machine.restore(*FALLBACK_PATH),
            blkid=["blkid", "--probe", "--match-tag", "TYPE", "--output", "value", device], half=[*fsck, device],
            mount=MOUNT_STORAGE, dry_run=machine.restore("--dry-run", *FALLBACK_PATH),
            unmount=["umount", "/mnt/storage"], restart=machine.restore("--restart", *FALLBACK_PATH), again=machine.restore("--resume", *FALLBACK_PATH),
            mended=shell(_MEND_MKFS), resume=machine.restore("--resume", *FALLBACK_PATH), fsck=[*fsck, device])
        self.assert_exit(ran["broken"], 0)
        self.assert_exit(ran["killed"], _KILLED)
        self.assertEqual(ran["blkid"].out.strip(), kind, "it must look whole")
        self.assertNotEqual(ran["half"].exit, 0, "it must not be whole")
        self.assert_exit(ran["dry_run"], 0)
        self.assert_says(ran["dry_run"], f"wipefs --all {device} mkfs.{kind}", "was begun and not finished")
        self.assert_exit(ran["restart"], REFUSED)
        self.assert_says(ran["restart"], device, "was not seen to end", "--resume")
        # Killed there a second time it is still known.
        self.assert_exit(ran["again"], _KILLED)
        self.assert_exit(ran["resume"], NOT_FINISHED)
        self.assert_says(ran["resume"], f"{device}, ", "on it now: a filesystem that was begun and not finished",
                         f"wipefs --all {device} mkfs.{kind}")
        self.assert_nothing_left(ran["resume"])
        self.assert_exit(ran["fsck"], 0)
        self.assert_restored(machine)
        return ran

    def test_the_esp_is_made_again(self):
        machine = Machine(layouts.DEFAULT_SUBVOLUME, self.folder)
        machine.lose()
        # Behind the boot sectors: the FAT itself.
        self.resumed(machine, "vfat", "/dev/ubda1", 32, ["fsck.vfat", "-n"])

    def test_boot_is_made_again_and_the_esp_that_is_whole_keeps_its_files(self):
        machine = Machine(layouts.TWO_DISKS, self.folder)
        machine.lose(before=_ANOTHER_SYSTEM)
        # Behind the superblock: group descriptors, bitmaps, inodes.
        ran = self.resumed(machine, "ext4", "/dev/ubda2", 4, ["fsck.ext4", "-f", "-n"])
        self.assertNotIn("mkfs.vfat", ran["resume"].out)
        self.assertIn(_LOADER, machine.found().facts["esp"])
