# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs the tests of the Debian package; the last line says how many. `python3 -m deb NAME...` runs those whose name has NAME."""

import sys
from pathlib import Path

from loop import private, runner

private.enter("deb")
sys.exit(runner.main(Path(__file__).parent, sys.argv[1:]))
