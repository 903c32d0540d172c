# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs the loop tests; the last line says how many. `python3 -m loop NAME...` runs those whose name has NAME in it.

Tests of several classes run on some machines at once, a lane each. RECOVER_TEST_LANE=0 has them on one machine.
"""

import sys
from pathlib import Path

from . import apart, golden, lane, mirror, private, runner


def lanes(tests):
    """They mostly wait for Bacula, and are to meet what they time out for, so: as many as processors."""
    # Here, where packages can still be fetched; a machine is built in the lane that wants it.
    if any(getattr(test, "wants_mirror", False) for test in tests):
        mirror.ensure()
    for catalog in sorted({getattr(test, "catalog", "sqlite3") for test in tests} - {"sqlite3"}):
        golden.tree(catalog)
    places = []
    for number in range(apart.AT_ONCE):
        lane.prepare(number)
        places.append(apart.Place(lane.command(), lane.environment(number)))
    return places


FOLDER, WORDS = Path(__file__).parent, sys.argv[1:]
if apart.is_one():
    lane.settle()
    sys.exit(runner.main(FOLDER, WORDS))
private.enter("loop")
sys.exit(runner.main(FOLDER, WORDS, None if lane.is_chosen() else lanes))
