# SPDX-License-Identifier: GPL-3.0-or-later
"""Tries points in a lane of its own: reads one a line from standard input, as JSON, and answers what came of it.

    {"list": SCENARIO}                                                 its points
    {"scenario": SCENARIO, "point": [...], "twice": ..., "plainly": ...}    a Told
"""

import dataclasses
import functools
import json
import os
import signal
import sys

from loop import alder, lane

from . import kill, scenario


@functools.cache
def undisturbed(name):
    """This lane's own: UUIDs differ between them."""
    return next(known for known in scenario.ALL if known.name == name).listed()


def answer(request):
    if "list" in request:
        return undisturbed(request["list"]).points
    name = request["scenario"]
    known = next(known for known in scenario.ALL if known.name == name)
    return dataclasses.asdict(kill.near(known, undisturbed(name), scenario.Point(*request["point"]), request["twice"],
                                        request["plainly"]))


def main():
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # so that the machine at hand is taken down
    lane.settle()
    # killpoint and what it follows take turns at each system call: on one processor that costs half as much.
    processors = sorted(os.sched_getaffinity(0))
    os.sched_setaffinity(0, {processors[alder.LANE % len(processors)]})
    for line in sys.stdin:
        print(json.dumps(answer(json.loads(line))), flush=True)


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        os._exit(1)
