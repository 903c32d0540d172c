# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs in user-mode Linux, for disaster.py: what an operator had done in good time, and then the disaster.

    python3 -m vm.guest.lose LAYOUT

/run/share has the program and the playbooks; they go to the storage volume, and the program captures the profile
there on the healthy machine. A copy of that, and what capture said, go to /run/share. /run/share/before.sh, where
there is one, is run first, with the machine mounted at $MACHINE.
"""

import os
import shutil
import sys

from loop.command import progress, run
from vm import layouts
from vm.guest import disks
from vm.guest.rescue import SHARE, bring, call

_LOST = {"root": 256, "boot": 64, "esp": 64}  # MiB from the beginning


def main(name):
    layout = layouts.ALL[name]
    with disks.running(layout) as root:
        bring(to=disks.STORAGE)
        progress("capturing the profile")
        call("capture", ["chroot", root, f"{layouts.STORAGE_MOUNT}/recover", "capture",
                         "-o", f"{layouts.STORAGE_MOUNT}/machine.toml"])
        shutil.copy(f"{disks.STORAGE}/machine.toml", SHARE)
        if os.path.exists(f"{SHARE}/before.sh"):
            run("sh", "-e", f"{SHARE}/before.sh", env={"MACHINE": root})
    places = {"root": disks.root_devices(layout), "esp": [disks.partition(layout, layout.esp)]}
    if layout.boot:
        places["boot"] = [disks.partition(layout, layout.boot)]
    for what in layout.lost:
        for device in places[what]:
            progress(f"destroying {what} on {device}")
            _destroy(device, _LOST[what])
    disks.let_go()


def _destroy(device, size):
    with open(device, "r+b") as disk:
        for _ in range(size):
            disk.write(bytes(1 << 20))
        disk.flush()
        os.fsync(disk.fileno())
    if found := run("blkid", "--probe", "--match-tag", "TYPE", "--output", "value", device, check=False).strip():
        raise RuntimeError(f"{device} still looks like {found}")


if __name__ == "__main__":
    main(sys.argv[1])
