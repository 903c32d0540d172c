# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs the tests of the report; the last line says how many. `python3 -m report.pictures DIR` keeps what Chromium draws."""

import sys
from pathlib import Path

from loop import runner

sys.exit(runner.main(Path(__file__).parent, sys.argv[1:]))
