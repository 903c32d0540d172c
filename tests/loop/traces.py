# SPDX-License-Identifier: GPL-3.0-or-later
"""What a run left behind below a folder - processes, mounts, loop devices - and how to get rid of it."""

import contextlib
import os
import shutil
import signal
import time
from pathlib import Path
from typing import NamedTuple

from . import mounts


# In the environment of all that a Machine starts, with its folder for a value: a child that changed its
# root, folder and namespace is known by it.
MARK = "RECOVER_TEST_MACHINE"


class Process(NamedTuple):
    pid: int
    name: str
    why: str  # "root /a/b", "cwd /a", "exe /a/recover", "open file /a/b", "started by the test"


def processes(folder):
    """All but ourselves that live in the folder, or hold something in it, or were started for it."""
    found = []
    for pid in filter(str.isdigit, os.listdir("/proc")):
        if int(pid) != os.getpid():
            try:
                why = _tie(f"/proc/{pid}", folder)
                if why:
                    name = Path(f"/proc/{pid}/comm").read_text(errors="replace").strip()
                    found.append(Process(int(pid), name, why))
            except OSError:  # gone, or a kernel thread
                pass
    return found


def _tie(process, folder):
    for link in ["root", "cwd", "exe"]:
        target = os.readlink(f"{process}/{link}")
        if mounts.is_below(target, folder):
            return f"{link} {target}"
    if f"{MARK}={folder}".encode() in Path(f"{process}/environ").read_bytes().split(b"\0"):
        return "started by the test"
    for number in os.listdir(f"{process}/fd"):
        with contextlib.suppress(OSError):  # closed meanwhile
            target = os.readlink(f"{process}/fd/{number}")
            if mounts.is_below(target, folder):
                return f"open file {target}"
    return None


def foreign_mounts(folder, devices):
    """{(namespace, process, mount)} of mounts of the folder, or of the loop devices, that others still hold."""
    ours = os.stat("/proc/self/ns/mnt").st_ino
    numbers = {_number(device) for device in devices}
    return {(namespace, pid, mount)
            for namespace, pid in mounts.namespaces().items() if namespace != ours
            for mount in mounts.table(pid) if mounts.is_below(mount.point, folder) or mount.device in numbers
            or mount.source in devices}


def kill(pids):
    """SIGTERM, and SIGKILL for those that are still there after five seconds."""
    pids = set(pids)
    for number, patience in [(signal.SIGTERM, 5), (signal.SIGKILL, 5)]:
        for pid in pids:
            try:
                os.kill(pid, number)
            except ProcessLookupError:
                pass
        deadline = time.monotonic() + patience
        while (pids := {pid for pid in pids if _alive(pid)}) and time.monotonic() < deadline:
            time.sleep(0.05)


def remove(folder):
    """Everything below the folder, and the folder. Goes on after a failure; raises the first one at the end."""
    failures = []

    def attempt(step, *arguments):
        try:
            step(*arguments)
        except Exception as error:  # whatever it was, the remaining steps still have to be tried
            failures.append(error)

    for _ in range(5):  # one that is being killed may just have started another
        left = processes(folder)
        if not left:
            break
        attempt(kill, [process.pid for process in left])
    attempt(mounts.unmount_below, folder)
    for device, backing in mounts.loops().items():
        if mounts.is_below(backing.removesuffix(" (deleted)"), folder):
            attempt(mounts.detach, device)
    if not mounts.below(folder):  # never delete through a mount
        attempt(shutil.rmtree, folder)
    if failures:
        raise failures[0]


def _alive(pid):
    try:
        return Path(f"/proc/{pid}/stat").read_text(errors="replace").rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def _number(device):
    info = os.stat(device)
    return f"{os.major(info.st_rdev)}:{os.minor(info.st_rdev)}"
