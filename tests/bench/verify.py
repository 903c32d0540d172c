# SPDX-License-Identifier: GPL-3.0-or-later
"""What verify-backup costs beside the job that it runs: on a day without changes, and after a Full."""

import json
import os
import statistics
import time

from loop import alder
from loop.living import Living


def measure(machine, pairs):
    with Living(machine) as living:
        _verify(living)  # reads the whole chain once
        print("  verify-backup on an unchanged machine, seconds")
        _compare(living, pairs, "Incremental", lambda: None)
        print("  verify-backup after 64 MiB were changed, seconds")
        _compare(living, pairs, "Incremental", lambda: _change(living))


def _compare(living, pairs, level, change):
    ratios = []
    for _ in range(pairs):
        change()
        total, job, reading, restore = _verify(living)
        change()
        hand = _by_hand(living, level)
        ratios.append(total / hand)
        print(f"    whole {total:5.2f}, of it the job {job:5.2f}, reading and proving {reading:5.2f}, waiting for the canaries' "
              f"restore job {restore:5.2f}, its own {total - job - reading - restore:5.2f} (bound: 2); the job by hand "
              f"{hand:5.2f}; ratio {total / hand:.2f}", flush=True)
    print(f"    ratio {statistics.median(ratios):.2f} median of {pairs}")


def _verify(living):
    """Seconds of all of it, of the backup job, of the proof from the volumes, and of what the restore job took longer."""
    begin = time.monotonic()
    process = living.start(f"{alder.STORAGE_MOUNT}/recover", "verify-backup", "--json")
    at = {}
    for line in process.stdout:
        event = json.loads(line)
        if event["event"] == "check":
            at[event["check"]] = time.monotonic() - begin
    if process.wait() != 0:
        raise AssertionError(f"verify-backup ended with {process.returncode}\n{process.stderr.read()}")
    return (time.monotonic() - begin, at["backup"] - at["catalog"], at["volumes"] - at["coverage"],
            at["canaries"] - at["volumes"])


def _by_hand(living, level):
    """The same job, and its end seen as soon as can be."""
    begin = time.monotonic()
    living.bacula.console(f"run job={alder.BACKUP_JOB} level={level} yes")
    while "No Jobs running" not in living.bacula.console(".status dir running"):
        time.sleep(0.05)
    return time.monotonic() - begin


def _change(living):
    living.file("/home/changed").write_bytes(os.urandom(64 << 20))
