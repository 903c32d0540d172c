# SPDX-License-Identifier: GPL-3.0-or-later
"""A disk is known by what it is: content that nobody expected, a disk that was replaced, and one that changes under the run."""

import os
import shutil
import subprocess

from .case import FAILED, NOT_FINISHED, REFUSED, LoopTest
from .content import digest

EXT4_UUID = "5b0e6d2c-41f7-4c6e-9a43-d0f18b7c2e95"
GIB = 1 << 30


class Identity(LoopTest):
    def setUp(self):
        super().setUp()
        self.machine.destroy()

    def restore_with(self, *confirmed, more=()):
        words = [word for identity in confirmed for word in ("--confirm", identity)]
        return self.recover("--playbook", "tree", *words, *more)

    def target(self):
        """What is on the target, to be compared."""
        subprocess.run(["blockdev", "--flushbufs", self.machine.device], check=True)
        return digest(self.machine.root_image)

    def image(self, name, size):
        """Another disk; returns the path of its file, which is its serial too."""
        path = self.machine.work / name
        with open(path, "wb") as file:
            file.truncate(size)
        device = subprocess.run(["losetup", "--find", "--show", path], check=True, capture_output=True, text=True).stdout.strip()
        self.addCleanup(subprocess.run, ["losetup", "--detach", device], check=False, capture_output=True)
        self.machine.extra_devices.append(device)
        return str(path), device

    def wrap(self, program, script, within=None):
        """An environment in which `program` is that shell script; "$REAL" is the program itself."""
        env = dict(within or os.environ)
        folder = self.machine.work / "wrapped"
        folder.mkdir(exist_ok=True)
        real = shutil.which(program)
        (folder / program).write_text(f"#!/bin/sh\nREAL={real}\n{script}\n", encoding="utf-8")
        (folder / program).chmod(0o755)
        env["PATH"] = f"{folder}:{os.environ['PATH']}"
        return env

    def detach_old_disk(self):
        subprocess.run(["losetup", "--detach", self.machine.device], check=True)


class ForeignContent(Identity):
    def assert_asked_for(self, identity, *words):
        before = self.target()
        result = self.restore_with(self.machine.serial)
        self.assert_exit(result, REFUSED)
        self.assert_says(result, "does not know", identity, *words)
        self.assertEqual(self.target(), before)
        self.assert_clean()

    def test_an_ext4_is_erased_only_by_its_uuid(self):
        subprocess.run(["mkfs.ext4", "-q", "-F", "-U", EXT4_UUID, "-L", "photos", self.machine.device], check=True)
        self.assert_asked_for(EXT4_UUID, '"photos"', "used", "last written 2")
        result = self.restore_with(self.machine.serial, EXT4_UUID, more=["--restart"])
        self.assert_exit(result, NOT_FINISHED)
        self.assert_restored()
        self.assert_clean()

    def test_of_a_btrfs_its_subvolumes_say_when_it_was_last_written(self):
        subprocess.run(["mkfs.btrfs", "-q", "-f", "-U", EXT4_UUID, self.machine.device], check=True)
        self.assert_asked_for(EXT4_UUID, "btrfs", "used", "last written 2")

    def test_it_is_typed_behind_the_serial(self):
        subprocess.run(["mkfs.ext4", "-q", "-F", "-U", EXT4_UUID, self.machine.device], check=True)
        before = self.target()
        result = self.machine.recover_tty(["--playbook", "tree"],
                                          [("type its serial", self.machine.serial + "\n"), (EXT4_UUID, "yes\n"), ("not it", "\x04")])
        self.assert_exit(result, REFUSED)
        self.assertEqual(self.target(), before)

    def test_swap_without_a_uuid_is_named_by_type_and_serial(self):
        with open(self.machine.device, "r+b") as disk:
            disk.seek(4096 - 10)
            disk.write(b"SWAP-SPACE")  # the old kind, which has neither UUID nor label
        self.assert_asked_for(f"swap on {self.machine.serial}")

    def test_a_member_of_a_raid_is_refused_whatever_is_confirmed(self):
        with open(self.machine.device, "r+b") as disk:
            disk.write(_raid_superblock())
        kind = subprocess.run(["blkid", "-p", "-o", "value", "-s", "TYPE", self.machine.device], capture_output=True, text=True,
                              check=False).stdout.strip()
        self.assertEqual(kind, "linux_raid_member")
        before = self.target()
        result = self.restore_with(self.machine.serial)
        self.assert_exit(result, REFUSED)
        self.assert_says(result, "linux_raid_member", "part of something larger")
        self.assertEqual(self.target(), before)


def _raid_superblock():
    """Version 1.1, at the very beginning (Linux, include/uapi/linux/raid/md_p.h, struct mdp_superblock_1)."""
    block = bytearray(256)
    block[0:4] = (0xA92B4EFC).to_bytes(4, "little")
    block[4:8] = (1).to_bytes(4, "little")
    block[16:32] = bytes(range(1, 17))
    total = sum(int.from_bytes(block[at:at + 4], "little") for at in range(0, 256, 4))
    block[216:220] = ((total & 0xFFFFFFFF) + (total >> 32)).to_bytes(4, "little")
    return bytes(block)


class ReplacedDisk(Identity):
    def replace(self, new, *confirmed, more=()):
        return self.restore_with(*confirmed, more=["--replace", f"{self.machine.serial}={new}", *more])

    def test_a_larger_disk_takes_the_old_ones_place(self):
        self.detach_old_disk()
        new, device = self.image("new.img", 9 * GIB)
        result = self.replace(new)
        self.assert_exit(result, REFUSED)
        self.assert_says(result, new, "old", str(9 * GIB))
        result = self.replace(new, self.machine.serial, more=["--restart"])
        self.assert_exit(result, REFUSED)  # the old one's serial confirms nothing
        result = self.replace(new, new, more=["--restart"])
        self.assert_exit(result, NOT_FINISHED)
        self.assert_says(result, "still names the old disk", "recover capture")
        self.machine.device = device
        self.assert_restored()
        self.assert_clean()
        self.assertEqual(self.events("run-begun")[-1]["replaced"], [f"{self.machine.serial}={new}"])

    def test_a_smaller_disk_will_do(self):
        self.detach_old_disk()
        new, device = self.image("new.img", 5 * GIB)
        result = self.replace(new, new)
        self.assert_exit(result, NOT_FINISHED)
        self.machine.device = device
        self.assert_restored()
        self.assert_clean()

    def test_it_is_remembered_when_the_run_goes_on(self):
        self.detach_old_disk()
        new, device = self.image("new.img", 9 * GIB)
        wrapper = self.wrap("mkfs.btrfs", f'for last; do :; done\n[ "$last" = {device} ] && exit 1\nexec "$REAL" "$@"')
        result = self.recover("--playbook", "tree", "--confirm", new, "--replace", f"{self.machine.serial}={new}", env=wrapper)
        self.assert_exit(result, FAILED)
        result = self.restore_with(new, more=["--resume", "--replace", f"{self.machine.serial}=OTHER"])
        self.assert_exit(result, REFUSED)
        self.assert_says(result, "was begun with --replace")
        result = self.restore_with(new, more=["--resume"])
        self.assert_exit(result, NOT_FINISHED)
        self.machine.device = device
        self.assert_restored()
        self.assert_clean()

    def test_refusals(self):
        new, _ = self.image("new.img", 9 * GIB)
        result = self.replace(new, new)
        self.assert_exit(result, REFUSED)
        self.assert_says(result, "still attached")
        self.detach_old_disk()
        storage = str(self.machine.work / "storage.img")
        result = self.replace(storage, storage)
        self.assert_exit(result, REFUSED)
        self.assert_says(result, "in use")
        result = self.replace("/nowhere.img", "/nowhere.img")
        self.assert_exit(result, REFUSED)
        self.assert_says(result, "not attached", new)
        result = self.restore_with(new, more=["--replace", f"OTHER={new}"])
        self.assert_exit(result, REFUSED)
        self.assert_says(result, "no disk with the serial OTHER")
        self.assertFalse((self.state / "journal").exists() and self.events("step-begun"))
        self.assert_clean()

    def test_a_dry_run_shows_both(self):
        self.detach_old_disk()
        new, device = self.image("new.img", 9 * GIB)
        result = self.recover("--playbook", "tree", "--dry-run", "--replace", f"{self.machine.serial}={new}")
        self.assert_exit(result, 0)
        self.assert_says(result, "TAKES ANOTHER'S PLACE", new, self.machine.serial, f"wipefs --all {device}")


class Swapped(Identity):
    def setUp(self):
        super().setUp()
        self.precious = self.machine.work / "precious.img"
        with open(self.precious, "wb") as file:
            file.truncate(os.stat(self.machine.root_image).st_size)
        subprocess.run(["mkfs.ext4", "-q", "-F", self.precious], check=True)

    def run_between(self, script):
        """The script right behind wipefs; mkfs must then not even be started."""
        env = self.wrap("wipefs", f'"$REAL" "$@" || exit 1\n{script}')
        env = self.wrap("mkfs.btrfs", f'for last; do :; done\n[ "$last" = {self.machine.device} ] && echo "mkfs was run" >&2\n'
                                      'exec "$REAL" "$@"', within=env)
        result = self.recover("--playbook", "tree", "--confirm", self.machine.serial, env=env)
        self.assert_exit(result, FAILED)
        self.assert_says(result, "Nothing is written to " + self.machine.device)
        self.assertFalse([event for event in self.events("action-done") if "mkfs" in str(event)])
        self.assertNotIn("mkfs was run", result.out + result.err)
        return result

    def test_another_file_behind_the_same_name_between_wipefs_and_mkfs(self):
        before, root = digest(self.precious), self.machine.root_image
        # As long as recover holds the device, detaching it waits: somebody stands ready to attach the other.
        self.run_between(f"""mv {root} {root}.gone; mv {self.precious} {root}
losetup --detach {self.machine.device}
(for i in $(seq 500); do losetup {self.machine.device} {root} && exit; sleep 0.01; done) >/dev/null 2>&1 &""")
        self.assertEqual(digest(root), before)

    def test_something_is_on_it_between_wipefs_and_mkfs(self):
        result = self.run_between(f"mkfs.ext4 -q -F -U {EXT4_UUID} {self.machine.device} >/dev/null 2>&1")
        self.assert_says(result, "expected on it none, found ext4 " + EXT4_UUID)
        kind = subprocess.run(["blkid", "-p", "-o", "value", "-s", "UUID", self.machine.device], capture_output=True, text=True,
                              check=False)
        self.assertEqual(kind.stdout.strip(), EXT4_UUID)
