# SPDX-License-Identifier: GPL-3.0-or-later
"""What every loop test asks in the end: is the tree back, is nothing left behind, did no password get out."""

import json
import os
import subprocess
import unittest
from pathlib import Path

from . import alder, reminder, tree
from .machine import Machine

FINISHED, FAILED, USAGE, REFUSED, NOT_FINISHED, INTERRUPTED, LOCKED = range(7)


class LoopTest(unittest.TestCase):
    maxDiff = None
    catalog = "sqlite3"  # or what server has it

    def setUp(self):
        self.machine = self.enterContext(self.make_machine())
        self.addCleanup(self.assert_decoys_untouched)
        self.outputs = []

    def make_machine(self):
        return Machine(catalog=self.catalog)

    def recover(self, *args, **options):
        result = self.machine.recover(*args, **options)
        self.outputs.append(result.out + result.err)
        return result

    def restore(self, *args, **options):
        """The playbook that brings back the tree, confirmed: this machine boots by nothing of ours."""
        return self.recover("--playbook", "tree", "--confirm", self.machine.serial, *args, **options)

    def assert_exit(self, result, code):
        self.assertEqual(result.exit, code, f"\n{result.out[-6000:]}\n{result.err}")

    def assert_says(self, result, *words):
        # Lines are wrapped at 80 columns: compare without caring where.
        text = " ".join((result.out + result.err).split())
        for word in words:
            self.assertIn(word, text)

    def assert_decoys_untouched(self):
        """At the end of every test, and before the machine is taken down."""
        self.assertEqual(self.machine.decoys.differences(), [])

    def assert_restored(self, expected=None, lost=lambda path, difference: False, added=reminder.MESSAGES):
        found = tree.compare(self.machine.newest if expected is None else expected, self.machine.tree())
        wrong = [line for line in found if not reminder.explains(line, reminder.KEPT | added)
                 and not lost(*line.split(": ", 1))]
        self.assertEqual(wrong, [])

    def assert_clean(self):
        """Nothing left mounted or running, and no secret on the screen, in the journal or in the log."""
        self.assertEqual(self.machine.leaks(), [])
        for output in self.outputs:
            self.assertNotIn(alder.SECRET_WORD, output)
        for file in filter(Path.is_file, self.state.rglob("*")):
            self.assertNotIn(alder.SECRET_WORD.encode(), file.read_bytes(), file)

    @property
    def state(self):
        return self.machine.storage / "recover-state"

    def journal(self):
        """The journal's events."""
        return [json.loads(line) for line in (self.state / "journal").read_text(encoding="utf-8").splitlines()]

    def events(self, name):
        return [event for event in self.journal() if event["event"] == name]

    def edit_profile(self, old, new):
        self.edit(self.machine.storage / "machine.toml", old, new)

    def shrink_target(self, size):
        os.truncate(self.machine.root_image, size)
        subprocess.run(["losetup", "--set-capacity", self.machine.device], check=True)

    def edit_playbook(self, old, new):
        self.edit(self.machine.storage / "playbooks" / "tree.toml", old, new)

    def edit(self, path, old, new):
        text = Path(path).read_text(encoding="utf-8")
        self.assertIn(old, text)
        Path(path).write_text(text.replace(old, new), encoding="utf-8")

    def target_is_untouched(self):
        with open(self.machine.device, "rb") as disk:
            disk.seek(64 << 10)
            return disk.read(1 << 20) == bytes(1 << 20)
