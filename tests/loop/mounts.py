# SPDX-License-Identifier: GPL-3.0-or-later
"""The mount tables of this process and of others, and the loop devices."""

import os
import re
import time
from pathlib import Path
from typing import NamedTuple

from .command import CommandFailed, run


class Mount(NamedTuple):
    device: str  # major:minor
    root: str    # what of that filesystem is mounted
    point: str
    options: str
    fstype: str
    source: str


def table(pid="self"):
    """All mounts that a process sees, in the order they were made; [] when it has gone."""
    try:
        with open(f"/proc/{pid}/mountinfo", encoding="utf-8", errors="surrogateescape") as file:
            lines = file.read().splitlines()
    except OSError:
        return []
    mounts = []
    for line in lines:  # proc(5): optional fields end with a lone hyphen
        fixed, _, rest = line.partition(" - ")
        words, more = fixed.split(), rest.split(" ")
        mounts.append(Mount(words[2], _plain(words[3]), _plain(words[4]), words[5], more[0], _plain(more[1])))
    return mounts


def below(folder, pid="self"):
    return [mount for mount in table(pid) if is_below(mount.point, folder)]


def is_below(path, folder):
    folder = os.fspath(folder)
    return path == folder or path.startswith(folder + "/")


def unmount_below(folder):
    """Latest first, never lazily: a mount that is still in use is an error that somebody must see."""
    for mount in reversed(below(folder)):
        for attempt in range(20):
            try:
                run("umount", mount.point)
                break
            except CommandFailed:  # a process that was just killed lets go a little later
                if attempt == 19:
                    raise
                time.sleep(0.25)


def namespaces():
    """{inode of a mount namespace: a process in it}, ours too."""
    found = {}
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            found.setdefault(os.stat(f"/proc/{pid}/ns/mnt").st_ino, int(pid))
        except OSError:
            pass
    return found


def loops():
    """{/dev/loopN: its backing file}, of those that are in /dev: in a lane (lane.py) there are others besides."""
    found = {}
    for path in Path("/sys/block").glob("loop*/loop/backing_file"):
        device = f"/dev/{path.parent.parent.name}"
        if not os.path.exists(device):
            continue
        try:
            backing = path.read_text(encoding="utf-8", errors="surrogateescape")
            found[device] = backing.rstrip("\n")
        except OSError:  # detached meanwhile
            pass
    return found


def attach(image):
    return run("losetup", "--find", "--show", image).strip()


def detach(device):
    """Detaches for certain: losetup itself only promises it for when nobody uses the device any more."""
    backing = loops().get(device)
    if backing is None:
        return
    # The kernel remembers a btrfs by device and generation, and would take the next copy for a stale twin.
    run("btrfs", "device", "scan", "--forget", device, check=False)
    run("losetup", "--detach", device)
    for _ in range(20):
        if loops().get(device) != backing:
            return
        time.sleep(0.25)
    raise CommandFailed(f"{device} is still attached to {backing}")


def forget_unmounted():
    """All that the kernel remembers of btrfs that is not mounted: else it takes a disk with a UUID that it has met for a twin
    of that one, and mounts it by a UUID of its own making, to which no device can be added. Of a filesystem that was mounted
    without one of its devices it remembers that one, which has no path by which it could be forgotten alone."""
    run("btrfs", "device", "scan", "--forget", check=False)


def _plain(word):
    return re.sub(r"\\([0-7]{3})", lambda match: chr(int(match[1], 8)), word)
