# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs the loop tests; the last line says how many. `python3 -m loop NAME...` runs those whose name has NAME in it.

Tests of several classes run on some machines at once, a lane each. RECOVER_TEST_LANE=0 has them on one machine.
"""

import sys
from pathlib import Path

from . import apart, lane, mirror, private, runner


def lanes():
    """They mostly wait for Bacula, and are to meet what they time out for, so: as many as processors."""
    mirror.ensure()  # here where packages can still be fetched
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
