# SPDX-License-Identifier: GPL-3.0-or-later
"""Two runs to be killed: the Director restores; or it cannot, and bextract does."""

import os
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from loop.case import NOT_FINISHED
from loop.machine import Machine, to_the_end

from . import outcome

KILLED, ENDED_BEFORE = 100, 101
TIMEOUT = 400


class Point(NamedTuple):
    number: int
    name: str   # KIND@LINES#N, see points.hpp
    words: str
    state: int  # points with the same one, in the same run: nothing was written between them

    @property
    def kind(self):
        return self.name.partition("@")[0]

    def one_earlier(self):
        """The point before it of its kind and place, or None: how often a daemon is asked is not always the same."""
        place, _, occurrence = self.name.partition("#")
        return self._replace(name=f"{place}#{int(occurrence) - 1}") if int(occurrence) > 1 else None


@dataclass
class Undisturbed:
    """What one run that nobody killed has told and left."""
    points: list
    exit: int
    outcome: outcome.Outcome


class Scenario:
    def __init__(self, name, prepare):
        self.name, self._prepare = name, prepare

    def machine(self):
        """A Machine whose root disk is new, with this scenario's fault; for `with`."""
        return _Prepared(self._prepare)

    def listed(self):
        """Runs it to its end, undisturbed."""
        with self.machine() as machine, tempfile.NamedTemporaryFile("r", encoding="utf-8", errors="replace") as file:
            result = under_killpoint(machine, "list", file.name, machine.device, machine.storage_device)
            points = [Point(int(number), name, words, int(state)) for number, name, words, state
                      in (line.rstrip("\n").split("\t") for line in file)]
            trouble = machine.leaks() + machine.decoys.differences()
            if not points or trouble or result.exit != NOT_FINISHED:
                raise AssertionError(f"the undisturbed run: {result.exit} {trouble}\n{result.out[-3000:]}\n{result.err}")
            return Undisturbed(points, result.exit, outcome.of(machine))


class _Prepared(Machine):
    def __init__(self, prepare):
        super().__init__(lost=True)
        self._prepare = prepare

    def __enter__(self):
        machine = super().__enter__()
        self._prepare(machine)
        return machine


def under_killpoint(machine, *words, more=()):
    """Result of `killpoint WORDS -- recover ...`, which is 100 when it has killed it."""
    killpoint = Path(machine.binary).resolve().parent / "killpoint"
    # LeakSanitizer wants to trace the process itself.
    options = ":".join(filter(None, [os.environ.get("ASAN_OPTIONS"), "detect_leaks=0"]))
    process = subprocess.Popen([killpoint, *words, "--", *machine._argv(arguments(machine, *more))],
                               stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                               errors="surrogateescape", cwd="/", env=machine.env({"ASAN_OPTIONS": options}),
                               start_new_session=True)
    return to_the_end(process, timeout=TIMEOUT)


def arguments(machine, *more):
    return ["--playbook", "tree", "--confirm", machine.serial, *more]


BY_DIRECTOR = Scenario("by the Director", lambda machine: None)
BY_BEXTRACT = Scenario("by bextract", lambda machine: machine.break_password("client"))
ALL = [BY_DIRECTOR, BY_BEXTRACT]
