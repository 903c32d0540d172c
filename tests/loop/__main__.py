# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs the loop tests; the last line says how many. `python3 -m loop NAME...` runs those whose name has NAME in it."""

import sys
from pathlib import Path

from . import private, runner

private.enter("loop")
sys.exit(runner.main(Path(__file__).parent, sys.argv[1:]))
