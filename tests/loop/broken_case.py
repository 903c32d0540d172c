# SPDX-License-Identifier: GPL-3.0-or-later
"""What tests of broken filesystems share: a machine whose disk is broken in one way after the other.

    with self.broken("fs-leaf"):
        self.recover("diagnose")
"""

import contextlib
import json
import subprocess

from . import alder, broken, mounts
from .case import LoopTest
from .content import digest
from .decoys import flush
from .machine import Machine

SECOND = "second-disk-that-is-gone"


class BrokenTest(LoopTest):
    """One machine for all tests of a class."""

    @classmethod
    def setUpClass(cls):
        cls.disks = broken.ensure()
        cls._shared = Machine(images=cls.disks.folder)
        cls.enterClassContext(cls._shared)
        cls._lies_there = "root.img"

    def make_machine(self):
        return contextlib.nullcontext(self._shared)

    def setUp(self):
        super().setUp()
        self.addCleanup(self._forget_runs)

    def _forget_runs(self):
        for name in ["recover-state", "recover-salvage"]:
            subprocess.run(["rm", "-rf", self.machine.storage / name], check=True)
        self.machine.forget_memory()

    @contextlib.contextmanager
    def broken(self, way):
        """The disk is broken this way while the block lasts; at its end not a byte of it is another."""
        machine = self.machine
        self._lay(broken.WAYS[way][1])
        self.disks.break_it(way, machine.root_image)
        profile = machine.storage / "machine.toml"
        whole = profile.read_text(encoding="utf-8")
        if way == "raid1":
            profile.write_text(on_two_disks(whole), encoding="utf-8")
        self._attach()
        try:
            yield
            flush(machine.device)
            self.assertEqual(digest(machine.root_image), self.disks.digest(way), "something was written to it")
            self.assertEqual(machine.leaks(), [])
        finally:
            self._detach()
            self.disks.mend(way, machine.root_image)
            profile.write_text(whole, encoding="utf-8")
            self._attach()
            self._forget_runs()

    @contextlib.contextmanager
    def clone(self):
        """An exact copy of the disk is attached, too."""
        image = self.machine.work / "clone.img"
        subprocess.run(["cp", "--sparse=always", "--reflink=auto", self.machine.root_image, image], check=True)
        device = mounts.attach(image)
        self.machine.extra_devices.append(device)
        try:
            yield device
            flush(device)
            self.assertEqual(digest(image), self.disks.digest("healthy"), "something was written to the clone")
        finally:
            self.machine.extra_devices.remove(device)
            mounts.detach(device)
            image.unlink()

    def _lay(self, image):
        self._detach()
        if image != self._lies_there:
            type(self)._lies_there = image
            subprocess.run(["cp", "--sparse=always", "--reflink=auto", self.disks.folder / image,
                            self.machine.root_image], check=True)

    def _detach(self):
        mounts.detach(self.machine.device)
        mounts.forget_unmounted()

    def _attach(self):
        subprocess.run(["losetup", self.machine.device, self.machine.root_image], check=True)

    def told(self, result, name):
        """The events of that name that --json printed."""
        events = [json.loads(line) for line in result.out.splitlines() if line.startswith("{")]
        return [event for event in events if event["event"] == name]


def on_two_disks(profile):
    disk = f'\n[[disk]]\nname = "second"\nserial = "{SECOND}"\nsize = {alder.ROOT_SIZE}\n'
    for old, new in [("\n[filesystem]\n", f"{disk}\n[filesystem]\n"), ('data = "single"', 'data = "raid1"'),
                     ('metadata = "dup"', 'metadata = "raid1"'),
                     ('devices = [ { disk = "system" } ]', 'devices = [ { disk = "system" }, { disk = "second" } ]')]:
        if old not in profile:
            raise ValueError(f"the profile has no {old!r}")
        profile = profile.replace(old, new)
    return profile
