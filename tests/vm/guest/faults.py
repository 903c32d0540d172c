# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs in user-mode Linux, for test_faults.py: one recovery after another on devices that fail, each resumed.

    python3 -m vm.guest.faults

/run/share/faults.json has the argv of a start and of a resume. Root and storage volume are LVM's, so their
device-mapper tables can be exchanged under whoever uses them. What each run said goes to /run/share/results.json, as
with guest/rescue.py; and how long it took.
"""

import json
import os
import re
import subprocess
import threading
import time

from loop.command import progress, run
from vm import layouts
from vm.guest import rescue

_ROOT, _STORAGE = "vg1-root", "vg2-storage"
_SECTORS = 2048  # in a MiB
_POINT = layouts.STORAGE_MOUNT
_MUST_END = 500  # seconds


class Volume:
    """A logical volume, whose table can be another for a while."""

    def __init__(self, name):
        self.name = name
        self.healthy = run("dmsetup", "table", name).strip()
        _, size, kind, self.device, offset = self.healthy.split()
        if kind != "linear":
            raise ValueError(f"{name} is no plain volume: {self.healthy}")
        self.size, self.offset = int(size), int(offset)

    def become(self, *lines):
        progress(f"{self.name}: {'; '.join(lines)}")
        # Whoever writes is not waited for: a journal that cannot be written would never be.
        run("dmsetup", "suspend", "--noflush", "--nolockfs", self.name)
        run("dmsetup", "load", self.name, input="\n".join(lines) + "\n")
        run("dmsetup", "resume", self.name)

    def heal(self):
        self.become(self.healthy)

    def refuse_writes(self):
        self.become(f"0 {self.size} flakey {self.device} {self.offset} 0 3600 1 error_writes")

    def lose_writes(self):
        self.become(f"0 {self.size} flakey {self.device} {self.offset} 0 3600 1 drop_writes")

    def vanish(self):
        self.become(f"0 {self.size} error")

    def damage(self, begin, length):
        """Those sectors are neither read nor written any more."""
        end = begin + length
        lines = [f"0 {begin} linear {self.device} {self.offset}", f"{begin} {length} error"]
        if end < self.size:
            lines.append(f"{end} {self.size - end} linear {self.device} {self.offset + end}")
        self.become(*lines)

    def sectors_read(self):
        path = os.path.realpath(f"/dev/mapper/{self.name}").replace("/dev/", "/sys/block/")
        with open(f"{path}/stat", encoding="ascii") as file:
            return int(file.read().split()[2])


def main():
    with open(f"{rescue.SHARE}/faults.json", encoding="utf-8") as file:
        commands = json.load(file)
    rescue.bring("machine.toml")
    run("vgchange", "-q", "-ay")
    run("modprobe", "-a", "dm-flakey")
    os.makedirs(_POINT, exist_ok=True)
    root, storage = Volume(_ROOT), Volume(_STORAGE)

    run("mount", "-o", "ro", f"/dev/mapper/{_STORAGE}", _POINT)
    _try("storage-read-only", commands["start"])
    run("umount", _POINT)

    root.refuse_writes()
    _try("target-refuses-writes", commands["start"])
    root.heal()

    # mkfs.btrfs writes to the very end as well.
    root.damage(600 * _SECTORS, root.size - 616 * _SECTORS)
    _try("target-damaged-behind-600-mib", commands["resume"])
    root.heal()

    _try("storage-refuses-writes-in-the-restore", commands["resume"], "== restore", storage, storage.refuse_writes)
    storage.heal()
    _repair(storage)

    _try("storage-vanishes-in-the-restore", commands["resume"], "== restore", storage, storage.vanish)
    storage.heal()
    _repair(storage)

    storage.damage(*_extent_of_a_volume(storage))
    _try("volume-damaged", commands["resume"])
    storage.heal()
    _repair(storage)

    _try("storage-loses-writes", commands["resume"], "== directories", storage, storage.lose_writes, at_once=True)
    storage.heal()
    _drop_caches()
    _repair(storage)
    _try("resumed", commands["resume"])
    run("vgchange", "-q", "-an", check=False)


def _try(name, argv, marker=None, volume=None, fault=None, at_once=False):
    """Runs argv; when it says `marker`, or some MiB have been read from the volume after that, the fault happens."""
    _drop_caches()
    before, begin = rescue._world(), time.monotonic()
    progress(f"{name}: {' '.join(argv)}")
    process = subprocess.Popen(argv, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                               env={"LC_ALL": "C", "TZ": "UTC", "HOME": "/root", "PATH": os.environ["PATH"]}, cwd="/")
    watchdog = threading.Timer(_MUST_END, _give_up, [process])
    watchdog.start()
    said, happened, waiting = [], not marker, None
    for line in process.stdout:
        said.append(line.decode("utf-8", "replace"))
        print(said[-1], end="", flush=True)
        if not happened and marker in said[-1]:
            happened = True
            waiting = threading.Thread(target=_when_read, args=(volume, 0 if at_once else 40 * _SECTORS, fault))
            waiting.start()
    code = process.wait()
    watchdog.cancel()
    if waiting:
        waiting.join()
    left = sorted(rescue._world() - before)
    rescue._note(name, {"exit": code, "out": "".join(said), "left": left, "happened": happened,
                        "seconds": time.monotonic() - begin})
    progress(f"{name}: exit {code}")


def _give_up(process):
    """What everybody waits for, and an end of it."""
    print(run("ps", "-eo", "pid,ppid,stat,wchan:32,args", check=False), flush=True)
    process.kill()


def _when_read(volume, sectors, fault):
    begin, deadline = volume.sectors_read(), time.monotonic() + 60
    while volume.sectors_read() - begin < sectors and time.monotonic() < deadline:
        time.sleep(0.01)
    fault()


def _extent_of_a_volume(storage):
    """The midst of the longest piece of the largest Bacula volume: (first sector, how many), a MiB at most."""
    run("mount", "-o", "ro", f"/dev/mapper/{storage.name}", _POINT)
    folder = f"{_POINT}/bacula"
    path = max((os.path.join(folder, name) for name in os.listdir(folder)), key=os.path.getsize)
    text = run("filefrag", "-v", "-b512", path)
    run("umount", _POINT)
    # "   0:        0..    2047:      34816..     36863:   2048:"
    pieces = re.findall(r"^ *\d+: +\d+\.\. *\d+: +(\d+)\.\. *\d+: +(\d+):", text, re.M)
    begin, length = max(((int(begin), int(length)) for begin, length in pieces), key=lambda piece: piece[1])
    return begin + length // 3, min(length // 3, _SECTORS)


def _repair(storage):
    """What an operator does when the disk is well again; 1: errors corrected."""
    done = subprocess.run(["fsck.ext4", "-y", f"/dev/mapper/{storage.name}"], capture_output=True, check=False)
    progress(f"fsck.ext4: {done.returncode}\n{done.stdout.decode()[-1500:]}")


def _drop_caches():
    os.sync()
    with open("/proc/sys/vm/drop_caches", "w", encoding="ascii") as file:
        file.write("3")


if __name__ == "__main__":
    main()
