# SPDX-License-Identifier: GPL-3.0-or-later
"""What the tests on whole machines ask alike."""

import unittest

from loop import tree

from . import cycle, golden, layouts

FAILED, REFUSED, NOT_FINISHED = 1, 3, 4


class CycleTest(unittest.TestCase):
    maxDiff = None

    @classmethod
    def setUpClass(cls):
        cls.cycle = cycle.shared()

    def step(self, result, name, code=0):
        """What a step said; it must have ended with that exit code."""
        step = result.steps[name]
        self.assertEqual(step.exit, code, f"{name}:\n{step.out[-6000:]}")
        return step.out

    def assert_says(self, text, *words):
        # Lines are wrapped at 80 columns: compare without caring where.
        text = " ".join(text.split())
        for word in words:
            self.assertIn(word, text)

    def assert_entry(self, entry):
        """The machine's own: label, partition and loader."""
        self.assertIsNotNone(entry)
        self.assertEqual(entry.label, golden.LABEL)
        self.assertIn(layouts.PLAIN.disks[0].partitions[0].guid, entry.path.lower())
        self.assertIn(golden.LOADER.lower(), entry.path.lower())


def unexpected(expected, found, anew):
    """The differences between two trees that are not below `anew`, nor the time of a folder around that."""
    parents = {path.rpartition("/")[0] or "/" for path in anew}
    wrong = []
    for line in tree.compare(expected, found):
        path, _, difference = line.partition(": ")
        wanted = any(path == place or path.startswith(f"{place}/") for place in anew)
        if not wanted and not (path in parents and difference.startswith("mtime")):
            wrong.append(line)
    return wrong
