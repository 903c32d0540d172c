# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs in user-mode Linux, for disaster.py: /run/share/mend.sh, with the machine mounted at $MACHINE."""

import sys

from loop.command import run
from vm import layouts
from vm.guest import disks
from vm.guest.rescue import SHARE


def main(name):
    with disks.mounted(layouts.ALL[name]) as root:
        print(run("sh", "-ex", f"{SHARE}/mend.sh", env={"MACHINE": root}), end="")
    disks.let_go()


if __name__ == "__main__":
    main(sys.argv[1])
