# SPDX-License-Identifier: GPL-3.0-or-later
"""What the proof before the destruction costs beside a plain sequential read of the same volumes."""

import json
import os
import statistics
import time


def measure(machine, pairs):
    machine.destroy()
    size = sum(path.stat().st_size for path in machine.volumes.iterdir())
    print(f"  proof of {size / 2**20:.0f} MiB of volumes / reading them from end to end, both from the disk")
    for depth in ("quick", "full"):
        ratios = []
        for _ in range(pairs):
            plain = _read(machine)
            proof, blocks = _prove(machine, depth)
            ratios.append(proof / plain)
            print(f"    {depth:5} {proof:6.3f} s ({blocks} blocks), read {plain:6.3f} s, ratio {proof / plain:.3f}", flush=True)
        print(f"    {depth} / read {statistics.median(ratios):.3f} median of {pairs}")


def _read(machine):
    """Seconds of one pass over all volumes, none of them in the page cache."""
    begin = time.monotonic()
    for path in sorted(machine.volumes.iterdir()):
        with open(path, "rb", buffering=0) as file:
            os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
            os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_SEQUENTIAL)
            while file.read(4 << 20):
                pass
    return time.monotonic() - begin


def _prove(machine, depth):
    """Seconds between the step's first action and its answer; nobody confirms, so the run ends there."""
    for path in machine.volumes.iterdir():
        with open(path, "rb") as file:
            os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
    process = machine.start("--playbook", "tree", "--prove", depth, "--json")
    begun = seconds = blocks = None
    for line in process.stdout:
        event = json.loads(line)
        if event["event"] == "action-begun" and event["step"] == "prove":
            begun = time.monotonic()
        elif event["event"] == "backup-proven":
            seconds, blocks = time.monotonic() - begun, event["blocks"]
    if process.wait() != 3 or seconds is None:
        raise AssertionError(f"the proof ended with {process.returncode}\n{process.stderr.read()}")
    return seconds, blocks
