# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs the tests of the report; the last line says how many. RECOVER_REPORT_PICTURES=DIR keeps what Chromium drew."""

import sys
from pathlib import Path

from loop import runner

sys.exit(runner.main(Path(__file__).parent, sys.argv[1:]))
