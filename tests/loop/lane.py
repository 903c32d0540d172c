# SPDX-License-Identifier: GPL-3.0-or-later
"""What a process needs for a machine of its own beside others: see alder.LANE.

    Popen(lane.command("sweep.worker"), env=lane.environment(1))    # and in there: lane.settle()
"""

import contextlib
import fcntl
import os
import stat
import subprocess
import sys
import tempfile

from . import alder
from .command import run

_MARK = "RECOVER_TEST_LANE"


def is_chosen():
    return _MARK in os.environ


def environment(number):
    return {**os.environ, _MARK: str(number)}


def command(*module):
    """Python with a mount and a network namespace of its own, for as long as this process lives."""
    # TERM and not KILL: it has something to clean up.
    return ["setpriv", "--pdeathsig", "TERM", "unshare", "--mount", "--propagation", "private", "--net", sys.executable,
            "-B", "-m", *module]


def prepare(number):
    """Builds its golden machine, here where packages can still be fetched."""
    subprocess.run([sys.executable, "-B", "-m", "loop.golden"], env=environment(number), check=True,
                   stdout=subprocess.DEVNULL)


def settle():
    """In such a process, before anything else."""
    _own_run()
    _own_dev()
    run("ip", "link", "set", "lo", "up")


def _own_run():
    """A /run of its own: what recover keeps in memory lies there. The locks stay those of the host."""
    with tempfile.TemporaryDirectory() as locks:
        run("mount", "--bind", "/run/lock", locks)
        run("mount", "-t", "tmpfs", "tmpfs", "/run")
        os.mkdir("/run/lock")
        run("mount", "--move", locks, "/run/lock")


_LOOPS = 16  # of a lane: a machine's disks and the decoys, and some to spare
_LOOP_MAJOR, _CTL_ADD = 7, 0x4C80  # Linux, include/uapi/linux/major.h, include/uapi/linux/loop.h


def _own_dev():
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
