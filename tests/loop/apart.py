# SPDX-License-Identifier: GPL-3.0-or-later
"""Tests that keep one processor busy and share nothing: each in a process of its own, some at a time.

A class asks for it with `apart = True`. Where it has a setUpClass, all its tests go into one process.
"""

import os
import re
import subprocess
import sys
import tempfile
import time

_AT_ONCE = min(4, os.cpu_count() or 1)
_MARK = "RECOVER_TESTS_APART"  # a process that is such a one


def groups(tests):
    """Lists of tests, one for each process; [] where a process of its own is no use."""
    found = {}
    for test in tests:
        if getattr(test, "apart", False) and _MARK not in os.environ:
            kind = type(test)
            found.setdefault(kind if "setUpClass" in vars(kind) else test.id(), []).append(test)
    return list(found.values()) if len(found) > 1 else []


def run(package, groups):
    """Runs them by `python3 -m PACKAGE NAME...`, shows what each said at its end; [passed, failed, skipped]."""
    waiting, running, counts = list(groups), [], [0, 0, 0]
    try:
        while waiting or running:
            if waiting and len(running) < _AT_ONCE:
                running.append(_start(package, waiting.pop(0)))
            time.sleep(0.5)
            for process, output, tests in running.copy():
                if process.poll() is not None:
                    running.remove((process, output, tests))
                    counts = [sum(pair) for pair in zip(counts, _told(output, tests))]
    finally:
        for process, output, _ in running:
            process.terminate()
        for process, output, _ in running:
            process.wait()
            output.close()
    return counts


def _start(package, tests):
    output = tempfile.TemporaryFile("w+", errors="replace")
    # Not KILL: they have something to clean up.
    argv = ["setpriv", "--pdeathsig", "TERM", sys.executable, "-B", "-m", package, *(test.id() for test in tests)]
    process = subprocess.Popen(argv, stdin=subprocess.DEVNULL, stdout=output, env={**os.environ, _MARK: "1"})
    return process, output, tests


def _told(output, tests):
    with output:
        output.seek(0)
        lines = output.read().splitlines()
    numbers = re.fullmatch(r"(\d+) passed, (\d+) failed, (\d+) skipped", lines[-1]) if lines else None
    print("\n".join(lines[:-1] if numbers else lines), flush=True)
    if numbers:
        return [int(number) for number in numbers.groups()]
    print(f"  FAILED  the process of {', '.join(test.id() for test in tests)} ended half-way", flush=True)
    return [0, len(tests), 0]
