# SPDX-License-Identifier: GPL-3.0-or-later
"""Tries points in a lane of its own: reads one a line from standard input, as JSON, and answers what came of it.

    {"list": SCENARIO}                                                 its points
    {"scenario": SCENARIO, "point": [...], "twice": ..., "plainly": ...}    a Told
"""

import contextlib
import dataclasses
import fcntl
import functools
import json
import os
import signal
import stat
import sys
import tempfile

from loop import alder
from loop.command import run

from . import kill, scenario


@functools.cache
def undisturbed(name):
    """This lane's own: UUIDs differ between them."""
    return next(known for known in scenario.ALL if known.name == name).listed()


def answer(request):
    if "list" in request:
        return undisturbed(request["list"]).points
    name = request["scenario"]
    known = next(known for known in scenario.ALL if known.name == name)
    return dataclasses.asdict(kill.near(known, undisturbed(name), scenario.Point(*request["point"]), request["twice"],
                                        request["plainly"]))


def own_run():
    """A /run of its own: what recover keeps in memory lies there. The locks stay those of the host."""
    with tempfile.TemporaryDirectory() as locks:
        run("mount", "--bind", "/run/lock", locks)
        run("mount", "-t", "tmpfs", "tmpfs", "/run")
        os.mkdir("/run/lock")
        run("mount", "--move", locks, "/run/lock")


_LOOPS = 12  # of a lane: a machine's disks and the decoys, and some to spare
_LOOP_MAJOR, _CTL_ADD = 7, 0x4C80  # Linux, include/uapi/linux/major.h, include/uapi/linux/loop.h


def own_dev():
    """A /dev of its own, with loop devices of its own: no lane sees the disks of another, nor waits for them.

    Without /dev/loop-control losetup looks for a free one among the nodes that are there.
    """
    first = 64 + alder.LANE * _LOOPS
    with open("/dev/loop-control", "rb") as control:
        for number in range(first, first + _LOOPS):
            with contextlib.suppress(FileExistsError):
                fcntl.ioctl(control, _CTL_ADD, number)
    with tempfile.TemporaryDirectory() as own:
        run("mount", "-t", "tmpfs", "-o", "mode=0755", "tmpfs", own)
        for entry in os.scandir("/dev"):
            if entry.is_dir(follow_symlinks=False):
                os.mkdir(f"{own}/{entry.name}")
                run("mount", "--rbind", entry.path, f"{own}/{entry.name}")
            elif not entry.name.startswith("loop"):
                run("cp", "-a", entry.path, own)
        for number in range(first, first + _LOOPS):
            os.mknod(f"{own}/loop{number}", stat.S_IFBLK | 0o600, os.makedev(_LOOP_MAJOR, number))
        run("mount", "--move", own, "/dev")


def main():
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # so that the machine at hand is taken down
    own_run()
    own_dev()
    run("ip", "link", "set", "lo", "up")
    # killpoint and what it follows take turns at each system call: on one processor that costs half as much.
    processors = sorted(os.sched_getaffinity(0))
    os.sched_setaffinity(0, {processors[alder.LANE % len(processors)]})
    for line in sys.stdin:
        print(json.dumps(answer(json.loads(line))), flush=True)


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        os._exit(1)
