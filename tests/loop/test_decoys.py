# SPDX-License-Identifier: GPL-3.0-or-later
"""Disks that look like the right one. What must not be written to is the same afterwards, byte for byte.

Those that every machine has (decoys.py) are compared at the end of every test, not only of these. Two btrfs with one
UUID confuse the kernel: where both are attached, neither is ever mounted.
"""

import os
import random
import subprocess
from pathlib import Path

from . import alder, decoys, mounts
from .case import NOT_FINISHED, REFUSED, LoopTest
from .content import digest


class LookAlikes(LoopTest):
    def setUp(self):
        super().setUp()
        self.looked_at = {}

    def tearDown(self):
        changed = [image for image, before in self.looked_at.items() if digest(image) != before]
        self.assertEqual(changed, [])

    def must_not_change(self, image, device=None):
        if device:
            decoys.flush(device)
        self.looked_at[image] = digest(image)

    def attach(self, image):
        device = mounts.attach(image)
        self.machine.extra_devices.append(device)
        self.must_not_change(image, device)
        return device

    def refused(self, *words, serial=None):
        result = self.recover("--playbook", "tree", "--confirm", serial or self.machine.serial)
        self.assert_exit(result, REFUSED)
        self.assert_says(result, *words)
        if (self.state / "journal").exists():
            self.assertNotIn("wipefs", [event["typed"][0].split()[0] for event in self.events("action-begun")
                                        if event["typed"]])
        for device in mounts.loops():
            if device in self.machine._devices() and device != self.machine.storage_device:
                decoys.flush(device)
        self.assert_clean()

    def test_a_clone_of_the_root_disk(self):
        twin = self.attach(decoys.copy(self.machine.root_image, self.machine.work / "twin.img"))
        self.must_not_change(self.machine.root_image, self.machine.device)
        self.refused(twin, "clone")

    def test_a_clone_that_was_attached_while_the_question_was_asked(self):
        machine, twin = self.machine, []
        self.must_not_change(machine.root_image, machine.device)

        def attach():
            twin.append(self.attach(decoys.copy(machine.root_image, machine.work / "twin.img")))
            return machine.serial + "\n"

        result = machine.recover_tty(["--playbook", "tree"], [("type its serial(.|\n)*> ", attach)])
        self.assert_exit(result, REFUSED)
        self.assert_says(result, twin[0], "clone")
        for device in [machine.device, *twin]:
            decoys.flush(device)
        self.assert_clean()

    def test_only_others_of_the_same_size_and_label_are_attached(self):
        subprocess.run(["losetup", "--detach", self.machine.device], check=True)
        self.must_not_change(self.machine.root_image)
        self.refused(self.machine.serial, "not attached")
        subprocess.run(["losetup", self.machine.device, self.machine.root_image], check=True)

    def test_the_device_is_a_loop_of_another_file(self):
        other = self.machine.work / "other.img"
        with open(other, "wb") as file:
            file.truncate(alder.ROOT_SIZE)
            file.seek(64 << 10)
            file.write(random.Random("other").randbytes(1 << 20))
        self.must_not_change(other)
        self.must_not_change(self.machine.root_image)
        subprocess.run(["losetup", "--detach", self.machine.device], check=True)
        subprocess.run(["losetup", self.machine.device, other], check=True)
        self.refused(self.machine.serial, "not attached")

    def test_the_profile_names_a_disk_that_is_mounted(self):
        device, point = self.machine.decoys.devices["decoy-ext4"], self.machine.work / "pictures"
        image = self.machine.work / "decoy-ext4.img"
        self.must_not_change(self.machine.root_image, self.machine.device)
        point.mkdir()
        # Without its journal: to mount it must not change it.
        subprocess.run(["mount", "-t", "ext4", "-o", "ro,noload", device, point], check=True)
        try:
            self.edit_profile(f'serial = "{self.machine.serial}"', f'serial = "{image}"')
            result = self.recover("--playbook", "tree", "--confirm", image)
            self.assert_exit(result, REFUSED)
            self.assert_says(result, device, "in use", str(point))
        finally:
            subprocess.run(["umount", point], check=True)
        self.assert_clean()

    def test_the_profile_names_the_disk_with_the_backups(self):
        image = self.machine.work / "storage.img"
        self.must_not_change(self.machine.root_image, self.machine.device)
        self.edit_profile(f'serial = "{self.machine.serial}"', f'serial = "{image}"')
        self.edit_profile(f"size = {alder.ROOT_SIZE}", f"size = {os.stat(image).st_size}")
        volumes = {path: digest(path) for path in self.machine.volumes.iterdir()}
        self.refused(serial=image)
        self.assertEqual({path: digest(path) for path in self.machine.volumes.iterdir()}, volumes)

    def clone_of_the_storage(self):
        subprocess.run(["sync", "--file-system", self.machine.storage], check=True)
        return self.attach(decoys.copy(self.machine.work / "storage.img", self.machine.work / "storage-twin.img"))

    def test_a_clone_of_the_storage_volume_beside_the_mounted_one(self):
        self.clone_of_the_storage()
        self.machine.destroy()
        self.assert_exit(self.restore(), NOT_FINISHED)
        self.assertEqual(self.events("run-begun")[0]["machine"], alder.NAME)  # written to the one that is mounted
        self.assert_restored()
        self.assert_clean()

    def test_a_clone_of_the_storage_volume_and_neither_is_mounted(self):
        twin = self.clone_of_the_storage()
        program, profile = Path("/run/recover-test-program"), Path("/run/recover-test-machine.toml")
        book = Path("/run/recover-test-tree.toml")
        for to, source in {program: "recover", profile: "machine.toml", book: "playbooks/tree.toml"}.items():
            subprocess.run(["cp", self.machine.storage / source, to], check=True)
        subprocess.run(["umount", self.machine.storage], check=True)
        try:
            self.must_not_change(self.machine.work / "storage.img", self.machine.storage_device)
            self.must_not_change(self.machine.root_image, self.machine.device)
            result = subprocess.run([program, "--playbook", book, "--profile", profile, "--confirm", self.machine.serial],
                                    capture_output=True, text=True, check=False, env=self.machine.env(), cwd="/",
                                    stdin=subprocess.DEVNULL)
            self.assertEqual(result.returncode, REFUSED, result.stdout + result.stderr)
            words = " ".join(result.stderr.split())
            for word in [twin, self.machine.storage_device, "clone"]:
                self.assertIn(word, words)
            decoys.flush(self.machine.storage_device)
            self.assertEqual(self.machine.leaks(), [])
            # Here, for to mount it again writes to it.
            image = self.machine.work / "storage.img"
            self.assertEqual(digest(image), self.looked_at.pop(image))
        finally:
            for path in [program, profile, book]:
                path.unlink()
            subprocess.run(["mount", "-o", "rw,noatime", self.machine.storage_device, self.machine.storage], check=True)


class TheComparison(LoopTest):
    def test_one_byte_is_seen(self):
        for name, device in self.machine.decoys.devices.items():
            with self.subTest(name):
                with open(device, "r+b") as disk:
                    disk.seek(3 << 30)
                    byte = disk.read(1)
                    disk.seek(3 << 30)
                    disk.write(bytes([byte[0] ^ 1]))
                self.assertEqual(len(self.machine.decoys.differences()), 1)
                with open(device, "r+b") as disk:
                    disk.seek(3 << 30)
                    disk.write(byte)
                self.assertEqual(self.machine.decoys.differences(), [])
