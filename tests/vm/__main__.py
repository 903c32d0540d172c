# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs the tests on whole machines; the last line says how many. `python3 -m vm NAME...` runs those with NAME in it."""

import sys
from pathlib import Path

from loop import runner

sys.exit(runner.main(Path(__file__).parent, sys.argv[1:]))
