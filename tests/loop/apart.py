# SPDX-License-Identifier: GPL-3.0-or-later
"""Tests that share nothing: each in a process of its own, some at a time.

A class asks for it with `apart = True`. Where it has a setUpClass, all its tests go into one process. Or a package has
places for its tests, as tests/loop has its lanes: then each class goes into a process, in one of the places.
"""

import os
import re
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field

AT_ONCE = min(4, os.cpu_count() or 1)
_MARK = "RECOVER_TESTS_APART"  # a process that is such a one


@dataclass
class Place:
    """What a process is begun with."""
    command: list = field(default_factory=lambda: ["setpriv", "--pdeathsig", "TERM", sys.executable, "-B", "-m"])
    environment: dict = field(default_factory=lambda: dict(os.environ))


def is_one():
    """This process has been begun for some tests alone."""
    return _MARK in os.environ


def classes(tests):
    """Lists of tests of one class, those with the most `minutes` first; [] where a process of its own is no use."""
    found = {}
    for test in tests:
        if not is_one():
            found.setdefault(type(test), []).append(test)
    return sorted(found.values(), key=lambda group: -getattr(group[0], "minutes", 0)) if len(found) > 1 else []


def groups(tests):
    """Lists of tests, one for each process; [] where a process of its own is no use."""
    found = {}
    for test in tests:
        if getattr(test, "apart", False) and not is_one():
            kind = type(test)
            found.setdefault(kind if "setUpClass" in vars(kind) else test.id(), []).append(test)
    return list(found.values()) if len(found) > 1 else []


def run(package, groups, places=None):
    """Runs them by `python3 -m PACKAGE NAME...`, shows what each said at its end; [passed, failed, skipped]."""
    waiting, running, counts = list(groups), [], [0, 0, 0]
    free = places or [Place() for _ in range(AT_ONCE)]
    try:
        while waiting or running:
            if waiting and free:
                running.append(_start(package, waiting.pop(0), free.pop()))
            time.sleep(0.5)
            for one in running.copy():
                if one.process.poll() is not None:
                    running.remove(one)
                    free.append(one.place)
                    counts = [sum(pair) for pair in zip(counts, _told(one.output, one.tests))]
    finally:
        for one in running:
            one.process.terminate()
        for one in running:
            one.process.wait()
            one.output.close()
    return counts


@dataclass
class _Running:
    process: subprocess.Popen
    output: object
    tests: list
    place: Place


def _start(package, tests, place):
    output = tempfile.TemporaryFile("w+", errors="replace")
    # Not KILL: they have something to clean up.
    process = subprocess.Popen([*place.command, package, *(test.id() for test in tests)], stdin=subprocess.DEVNULL,
                               stdout=output, env={**place.environment, _MARK: "1"})
    return _Running(process, output, tests, place)


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
