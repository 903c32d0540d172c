# SPDX-License-Identifier: GPL-3.0-or-later
"""A sample of the sweep: every so-many-th point of both runs, and each kind of point. `tests/run sweep` asks all."""

import platform
import unittest

from sweep import scenario, sweep

_EVERY, _OFFSET = 900, 210


@unittest.skipUnless(platform.machine() == "x86_64", "killpoint knows the registers of x86_64 alone")
class Sweep(unittest.TestCase):
    minutes = 9

    def test_a_run_that_is_killed_and_resumed_ends_as_one_that_was_not(self):
        points = sweep.listed(scenario.ALL)
        figures = sweep.run(points, sweep.sample(points, _EVERY, _OFFSET), lambda text: print(f"    {text}", flush=True))
        for line in figures.lines():
            print(f"    {line}", flush=True)
        self.assertEqual(figures.problems, [])
        self.assertEqual(set(figures.tried), {point.kind for _, _, point in points})
