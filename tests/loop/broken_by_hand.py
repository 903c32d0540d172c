# SPDX-License-Identifier: GPL-3.0-or-later
"""What is saved of the broken disks without the program, as an operator would type it: the yardstick of the salvage.

    broken_by_hand.ensure(disks)    # {way: {"mount": 2401, "restore": 0, "copy": 2380}}, files with the content they had
"""

import contextlib
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

from . import alder, broken, cache, mounts, tree
from .command import ENVIRONMENT, CommandFailed, confined, progress, run

FORMAT = 1
_SOURCES = ["broken_by_hand.py", "broken.py", "tree.py"]
# A log that can be replayed is no case for a salvage: mounting it is.
WAYS = [way for way in broken.WAYS if way != "log-only"]
# Of the mounts that an operator who knows them all would try, the first that the kernel takes.
_RESCUE = ["ro,rescue=all", "ro,rescue=all,degraded", "ro,rescue=nologreplay,rescue=usebackuproot"]
_RESTORE = ["btrfs", "restore", "--metadata", "--xattr", "--symlink", "--ignore-errors"]


def ensure(disks):
    folder = Path(__file__).parent
    made = cache.ensure("by-hand-broken", cache.key(FORMAT, disks.folder.name, *(folder / name for name in _SOURCES)),
                        lambda building: _build(building, disks))
    return json.loads((made / "saved.json").read_text(encoding="ascii"))


def _build(building, disks):
    argv = confined(sys.executable, "-m", "loop.broken_by_hand", building, disks.folder, network=False)
    path = str(Path(__file__).parent.parent)
    if subprocess.call(argv, stdin=subprocess.DEVNULL, env={**os.environ, "PYTHONPATH": path}) != 0:
        raise CommandFailed(f"saving files of the broken disks by hand failed; {building} is left to be looked at")


def main(folder, made):
    os.chdir(folder)
    disks = broken.Disks(made)
    saved = {}
    os.mkdir("memory")
    run("mount", "-t", "tmpfs", "tmpfs", "memory")
    os.chdir("memory")
    for way in WAYS:
        run("cp", "--sparse=always", disks.image(way), "broken.img")
        disks.break_it(way, "broken.img")
        with attached("broken.img") as device:
            # Last the plain mount: it may write.
            saved[way] = {name: len(disks.saved(tried(act, device)))
                          for name, act in [("restore", restore), ("copy", copy), ("mount", mount)]}
        os.unlink("broken.img")
        progress(f"{way}: {saved[way]} of {len(disks.truth)}")
    os.chdir(folder)
    run("umount", "memory")
    os.rmdir("memory")
    with open("saved.json", "w", encoding="ascii") as file:
        json.dump(saved, file)


@contextlib.contextmanager
def attached(image):
    device = run("losetup", "--find", "--show", image).strip()
    try:
        yield device
    finally:
        run("losetup", "--detach", device)
        mounts.forget_unmounted()


def tried(act, device):
    """What came of it."""
    os.mkdir("saved")
    act(device)
    found = scan("saved")
    shutil.rmtree("saved")
    return found


def mount(device):
    _copy_mounted(device, ["ro"])


def copy(device):
    _copy_mounted(device, _RESCUE)


def restore(device):
    _try(*_RESTORE, device, "saved")


def _copy_mounted(device, ways):
    os.mkdir("mounted")
    if any(_try("mount", "-t", "btrfs", "-o", f"{options},subvolid=5", device, "mounted") for options in ways):
        try:
            _try("cp", "--archive", "mounted/.", "saved")
        finally:
            run("umount", "mounted")
    os.rmdir("mounted")


def _try(*argv):
    done = subprocess.run(argv, stdin=subprocess.DEVNULL, capture_output=True, text=True, errors="surrogateescape",
                          env=ENVIRONMENT, timeout=300, check=False)
    return done.returncode == 0


def scan(top):
    """A tree with the subvolumes side by side, by paths of the machine."""
    found = {}
    for path, point, _ in alder.SUBVOLUMES:
        if point and os.path.isdir(f"{top}/{path}"):
            for inside, entry in tree.scan(f"{top}/{path}", not_covered=[b"/.snapshots"]).items():
                found[os.fsencode(point.rstrip("/")) + inside] = entry
    return found


if __name__ == "__main__":
    main(*sys.argv[1:])
