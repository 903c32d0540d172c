# SPDX-License-Identifier: GPL-3.0-or-later
"""A salvage of everything against `cp -a` of the same files, from the same filesystem to the same volume.

Both begin with cold caches, and end when all is on the disk.
"""

import os
import shutil
import statistics
import time

from loop import alder, mounts
from loop.command import progress, run

PLAYBOOK = """title = "Salvage, and nothing else"
recovery = false

[[step]]
name = "storage"
uses = "open-storage"

[[step]]
name = "salvage"
uses = "salvage-files"
"""


def fill(machine, files):
    progress(f"a tree of {files} files, and two of 150 MB")
    with machine.root() as root:
        for number in range(files):
            folder = f"{root}/home/many/{number // 500:03}"
            if number % 500 == 0:
                os.makedirs(folder)
            with open(f"{folder}/file-{number}", "wb") as file:
                file.write(number.to_bytes(8, "big") * (64 + number % 512))  # 0.5 to 4.5 KiB
        for name in ["one", "two"]:
            with open(f"{root}/home/{name}.raw", "wb") as file:
                for _ in range(150):
                    file.write(os.urandom(1_000_000))


def cold():
    os.sync()
    with open("/proc/sys/vm/drop_caches", "w", encoding="ascii") as file:
        file.write("3")


def ours(machine, playbook):
    cold()
    begin = time.monotonic()
    result = machine.recover("--playbook", str(playbook), "--all", "--restart", timeout=1200)
    run("sync", "-f", machine.storage)
    if result.exit != 0:
        raise AssertionError(f"exit {result.exit}\n{result.out[-3000:]}\n{result.err}")
    took = time.monotonic() - begin
    shutil.rmtree(machine.storage / "recover-salvage")
    return took


def by_hand(machine):
    """With every subvolume that a salvage takes, as an operator would type it: without a loop device between."""
    cold()
    mounted, to = machine.work / "by-hand", machine.storage / "by-hand"
    mounted.mkdir()
    to.mkdir()
    begin = time.monotonic()
    run("mount", "-t", "btrfs", "-o", "ro,rescue=nologreplay,subvolid=5", machine.device, mounted)
    for path, point, _ in alder.SUBVOLUMES:
        if point:
            os.makedirs(f"{to}{point}", exist_ok=True)
            run("cp", "--archive", "--one-file-system", f"{mounted}/{path}/.", f"{to}{point}")
    run("umount", mounted)
    run("sync", "-f", machine.storage)
    took = time.monotonic() - begin
    mounts.forget_unmounted()
    mounted.rmdir()
    shutil.rmtree(to)
    return took


def measure(machine, pairs, files):
    fill(machine, files)
    playbook = machine.work / "salvage-alone.toml"
    playbook.write_text(PLAYBOOK, encoding="ascii")
    ratios = []
    for _ in range(pairs):
        one, other = ours(machine, playbook), by_hand(machine)
        ratios.append(one / other)
        print(f"  salvage {one:5.1f} s, cp -a {other:5.1f} s, ratio {one / other:.3f}", flush=True)
    print(f"  salvage / cp -a                {statistics.median(ratios):6.3f} median of {pairs} (bound: 1.1)", flush=True)
