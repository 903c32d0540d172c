# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs the package tests; the last line says how many. `python3 -m package NAME...` runs those whose name has NAME."""

import sys
from pathlib import Path

from loop import private, runner

private.enter("package")
sys.exit(runner.main(Path(__file__).parent, sys.argv[1:]))
