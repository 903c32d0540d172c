# SPDX-License-Identifier: GPL-3.0-or-later
"""Peak memory of one process without its children: wait4() would count bacula-dir's as well."""

import concurrent.futures
import time

_pool = concurrent.futures.ThreadPoolExecutor()


def watch(process):
    """A future of the peak resident memory in MiB, once the process has ended."""
    return _pool.submit(_poll, process)


def _poll(process):
    peak = 0
    while process.poll() is None:
        try:
            with open(f"/proc/{process.pid}/status", encoding="ascii", errors="replace") as status:
                for line in status:
                    if line.startswith("VmHWM:"):
                        peak = max(peak, int(line.split()[1]))
        except OSError:
            break
        time.sleep(0.05)
    return peak / 1024
