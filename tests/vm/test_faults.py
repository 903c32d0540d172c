# SPDX-License-Identifier: GPL-3.0-or-later
"""Disks that fail under a recovery: said with the device's name and a remedy, nothing left behind, and resumed.

One boot, one machine, one fault after another (guest/faults.py); each run goes on where the one before has failed.
"""

import json

from . import layouts, work
from .case import FAILED, NOT_FINISHED, REFUSED
from .disaster import Machine
from .test_layouts import FALLBACK_PATH, LayoutTest


class Faults(LayoutTest):
    @classmethod
    def setUpClass(cls):
        machine = cls.machine = Machine(layouts.ON_LVM, cls.enterClassContext(work.folder()))
        machine.lose()
        # A daemon that the fault has stopped says nothing: that is found by waiting.
        machine.edit("playbooks/storage.toml", '^stall = "10 min"$', 'stall = "40 s"')
        cls.ran = machine.fail({"start": machine.restore(*FALLBACK_PATH),
                                "resume": machine.restore("--resume", *FALLBACK_PATH)})

    def setUp(self):
        pass

    def told(self, name, code, *words):
        ran = self.ran[name]
        self.assertTrue(ran["happened"], ran["out"][-3000:])
        self.assertEqual(ran["exit"], code, f"{name}:\n{ran['out'][-6000:]}")
        self.assertEqual(ran["left"], [])
        said = " ".join(ran["out"].split())
        for word in words:
            self.assertIn(word, said)

    def test_storage_mounted_read_only(self):
        self.told("storage-read-only", REFUSED, "read-only")

    def test_target_refuses_writes(self):
        # mkfs.btrfs alone would say "Operation not permitted".
        self.told("target-refuses-writes", FAILED, "mkfs.btrfs", "/dev/mapper/vg1-root", "The kernel said:", "I/O error",
                  "continue with --resume")

    def test_target_is_damaged_where_the_restore_gets_to(self):
        # Bacula's job ends well there: the kernel finds it out later, and tells nobody who does not ask.
        self.told("target-damaged-behind-600-mib", FAILED, 'bringing the step "restore" to the disk',
                  "(/dev/mapper/vg1-root): Input/output error", "smartctl -a", "continue with --resume")
        self.assertNotIn("bextract", self.ran["target-damaged-behind-600-mib"]["out"].rpartition("recover: ")[2])

    def test_storage_volume_refuses_writes_in_mid_restore(self):
        self.told("storage-refuses-writes-in-the-restore", FAILED, "Could not write to the journal",
                  "Then continue with --resume")

    def test_storage_volume_vanishes_in_mid_restore(self):
        self.told("storage-vanishes-in-the-restore", FAILED, "--resume")

    def test_storage_volume_loses_writes(self):
        # Nobody can notice it while it lasts: what was written is read back from memory. After it the journal is as it
        # was before, and what the target has more is made again.
        self.told("storage-loses-writes", NOT_FINISHED)
        self.told("resumed", NOT_FINISHED)
        self.assert_restored(self.machine)
