# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs in user-mode Linux, for disaster.py: the operator comes back after a power cut.

    python3 -m vm.guest.after_cut LAYOUT

As guest/rescue.py with the one command `resume`; where there is nothing to resume, /run/share/start.json, an argv,
begins anew. Then the filesystems are checked, the journal is copied to /run/share, and guest/look.py looks.
"""

import json
import os
import shutil
import sys

from loop.command import run
from vm import layouts
from vm.guest import disks, look, rescue

_USAGE = 2
_POINT = "/tmp/storage"


def main(name):
    layout = layouts.ALL[name]
    rescue.main()
    with open(f"{rescue.SHARE}/results.json", encoding="utf-8") as file:
        resumed = json.load(file)["resume"]
    if resumed["exit"] == _USAGE and "There is no run to resume" in resumed["out"]:
        with open(f"{rescue.SHARE}/start.json", encoding="utf-8") as file:
            rescue.call("start", json.load(file))
    run("vgchange", "-q", "-ay")
    rescue.call("btrfs-check", ["btrfs", "check", "--readonly", disks.root_devices(layout)[0]])
    rescue.call("fsck-storage", ["fsck.ext4", "-f", "-n", "/dev/vg2/storage"])
    rescue.call("fsck-esp", ["fsck.vfat", "-n", disks.partition(layout, layout.esp)])
    os.mkdir(_POINT)
    run("mount", "-o", "ro", "/dev/vg2/storage", _POINT)
    shutil.copy(f"{_POINT}/recover-state/journal", rescue.SHARE)
    run("umount", _POINT)
    look.main(name)


if __name__ == "__main__":
    main(sys.argv[1])
