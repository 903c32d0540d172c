# SPDX-License-Identifier: GPL-3.0-or-later
"""The operator's guide, where it takes a whole machine: vm/guide.py says which commands of it run in which boot."""

from loop import guide

from .case import NOT_FINISHED, CycleTest
from .guide import SCREENS


class GuideTest(CycleTest):
    def test_a_capture_is_as_the_guide_shows_it(self):
        found = guide.excerpt(self.step(self.cycle.prepared, "capture"), SCREENS["capture"], {})
        if guide.accepts():
            return guide.write({"capture": found})
        self.assertEqual(guide.likeness(guide.read("operator.md").screens["capture"]), guide.likeness(found))

    def test_the_end_of_a_whole_recovery_is_as_the_guide_shows_it(self):
        """The screen is from a machine of tests/loop, whose boot loader is nobody's."""
        said, at = guide.likeness(self.step(self.cycle.recovered, "recover", NOT_FINISHED)), 0
        for part in guide.likeness(guide.read("operator.md").screens["end"]).split(" ... "):
            at = said.find(part, at)
            self.assertGreaterEqual(at, 0, f"{part}\n-- is not in order in --\n{said}")
