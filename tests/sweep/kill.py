# SPDX-License-Identifier: GPL-3.0-or-later
"""One point: kill it there, look at what is left, go on as recover says, compare."""

import random
import time
from dataclasses import dataclass, field

from loop.case import REFUSED

from . import outcome
from .scenario import ENDED_BEFORE, KILLED, TIMEOUT, arguments, under_killpoint

_RESTORING = ("restore", "extract")


@dataclass
class Told:
    """What came of one point; no problems is what it is about."""
    problems: list = field(default_factory=list)
    killed: int = 0       # times
    resumed: int = 0      # with --resume
    begun_anew: int = 0   # by a plain start: nothing had begun
    made_again: int = 0   # the filesystem
    met: bool = True      # the run came by this point
    kind: str = ""        # of the point that it was


def near(scenario, undisturbed, point, twice=False, plainly=False):
    """at(), and where the run does not come by the point, an earlier one of its kind and place."""
    told = at(scenario, undisturbed, point, twice, plainly)
    while not told.met and not told.problems and (earlier := point.one_earlier()):
        point = earlier
        told = at(scenario, undisturbed, point)
    told.kind = point.kind
    return told


def at(scenario, undisturbed, point, twice=False, plainly=False):
    """`twice`: the run that goes on is killed as well, somewhere, and goes on once more. `plainly`: it is tried without
    --resume first, which is right where nothing was destroyed, and must be refused elsewhere."""
    told = Told()
    with scenario.machine() as machine:
        result = under_killpoint(machine, point.name)
        if result.exit == KILLED:
            told.killed = 1
            told.problems += _left_behind(machine)
            if twice:
                where = random.Random(point.name).randrange(1, len(undisturbed.points))
                second = _go_on(machine, told, lambda *more: under_killpoint(machine, str(where), more=more))
                if second.exit == KILLED:
                    told.killed += 1
                    told.problems += _left_behind(machine)
            result = _go_on(machine, told, lambda *more: machine.recover(*arguments(machine, *more), timeout=TIMEOUT),
                            plainly)
        elif result.exit == ENDED_BEFORE:
            told.met = False
        else:
            told.problems.append(f"killpoint ended with {result.exit}: {result.err[-500:]}")
            return told
        told.problems += _left_behind(machine)
        if told.met and result.exit != undisturbed.exit:
            told.problems.append(f"exit {result.exit}, not {undisturbed.exit}: {(result.out + result.err)[-1500:]}")
            return told
        told.problems += _compare(machine, undisturbed, told)
    return told


def _left_behind(machine):
    """Once the kernel has taken apart what the killed process held."""
    deadline = time.monotonic() + 20
    while (leaks := machine.leaks()) and time.monotonic() < deadline:
        time.sleep(0.05)
    return [f"left behind: {leak}" for leak in leaks] + machine.decoys.differences()


def _go_on(machine, told, start, plainly=False):
    """--resume, or a plain start where recover says that there is nothing to resume."""
    status = machine.recover("status")
    if status.exit not in (0, 2, 4):
        told.problems.append(f"status after the kill: exit {status.exit}: {status.out}{status.err}")
    if plainly:
        result = start()
        if result.exit != REFUSED:
            told.begun_anew += 1
            if _destroying(machine):
                told.problems.append("a plain start was not refused, although something was destroyed")
            return result
        complete = "all its steps are done" in " ".join((result.out + result.err).split())
        if ("--restart" if complete else "--resume") not in result.out + result.err:
            told.problems.append(f"refused without a word of how to go on: {result.out}{result.err}")
    result = start("--resume")
    if "There is no run to resume" in result.out + result.err:
        told.begun_anew += 1
        return start()
    told.resumed += 1
    return result


def _destroying(machine):
    """Did a run that was killed destroy anything, and another begin a journal of its own behind it?"""
    return any(event.get("destroys") for path in (machine.storage / "recover-state").glob("journal.*")
               for event in outcome.journal(path, torn=True))


def _compare(machine, undisturbed, told):
    problems = [f"not as in an undisturbed run: {line}"
                for line in undisturbed.outcome.differences(outcome.of(machine))]
    restored, made = False, 0
    for event in outcome.journal(machine.storage / "recover-state/journal"):
        if event["event"] == "step-done" and event["step"] in _RESTORING:
            restored = True
        if event["event"] == "action-begun" and event["typed"] and event["typed"][0].startswith("mkfs.btrfs"):
            made += 1
            if restored:
                problems.append("the filesystem was made again behind a restore that was done")
    told.made_again = max(0, made - 1)
    status = machine.recover("status")
    words = " ".join((status.out + status.err).split())
    if status.exit != undisturbed.exit or "NOT FINISHED" not in words or "cut off" in words:
        problems.append(f"the journal does not read whole: status exits {status.exit}: {words[:500]}")
    return problems + machine.decoys.differences() + [f"left behind: {leak}" for leak in machine.leaks()]
