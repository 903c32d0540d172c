# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs in user-mode Linux, for disaster.py: what is on the machine's disks, seen without the program under test.

    python3 -m vm.guest.look LAYOUT

Leaves in /run/share: found.manifest, and found.json with what a manifest does not say.
"""

import json
import os
import re
import sys

from loop import tree
from loop.command import progress, run
from vm import layouts
from vm.guest import disks
from vm.guest.rescue import SHARE


def main(name):
    layout = layouts.ALL[name]
    found = {"esp-id": _blkid(disks.partition(layout, layout.esp), "UUID")}
    if layout.boot:
        found["boot-uuid"] = _blkid(disks.partition(layout, layout.boot), "UUID")
    with disks.mounted(layout) as root:
        found["root-uuid"] = _blkid(disks.root_devices(layout)[0], "UUID")
        found["root-label"] = _blkid(disks.root_devices(layout)[0], "LABEL")
        with disks.top_level(layout) as top:
            listed = run("btrfs", "subvolume", "list", top).splitlines()
            found["subvolumes"] = sorted(line.partition(" path ")[2] for line in listed)
            # "ID 5 (FS_TREE)" is the top level's: no path
            found["default"] = run("btrfs", "subvolume", "get-default", top).strip().partition(" path ")[2]
        usage = run("btrfs", "filesystem", "df", root)
        found["profiles"] = {kind.lower(): profile.lower()
                             for kind, profile in re.findall(r"^(\w+), (\w+):", usage, re.M)}
        found["devices"] = len(re.findall(r"^\s*devid", run("btrfs", "filesystem", "show", root), re.M))
        for what, path in [("grub.cfg", f"{layout.grub_folder}/grub.cfg"), ("fstab", "/etc/fstab")]:
            with open(root + path, encoding="utf-8") as file:
                found[what] = file.read()
        found["boot"] = sorted(os.listdir(f"{root}/boot"))
        found["modules"] = sorted(os.listdir(f"{root}/usr/lib/modules"))
        esp = f"{root}/boot/efi"
        found["esp"] = sorted(os.path.relpath(os.path.join(folder, one), esp)
                              for folder, _, names in os.walk(esp) for one in names)
        progress("manifest")
        tree.save(tree.scan(root), f"{SHARE}/found.manifest")
    with open(f"{SHARE}/found.json", "w", encoding="utf-8") as file:
        json.dump(found, file)
    disks.let_go()


def _blkid(device, what):
    return run("blkid", "--probe", "--match-tag", what, "--output", "value", device).strip()


if __name__ == "__main__":
    main(sys.argv[1])
