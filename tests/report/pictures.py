# SPDX-License-Identifier: GPL-3.0-or-later
"""The sample reports as Chromium draws them, to be looked at: RECOVER_BIN=... python3 -m report.pictures DIR"""

import os
import subprocess
import sys
from pathlib import Path

from . import browser, samples


def main(folder):
    for name, make in samples.SAMPLES.items():
        state = Path(folder, name)
        state.mkdir(parents=True, exist_ok=True)
        (state / "journal").write_text(make(), encoding="utf-8")
        subprocess.run([os.environ.get("RECOVER_BIN", "recover"), "log", "--report", "--state", state], check=True)
        for width in browser.WIDTHS:
            found, _ = browser.look(state / "report.html", width)
            browser.picture(state / "report.html", width, min(found["height"] + 20, 6000), state / f"{width}.png")


main(sys.argv[1])
