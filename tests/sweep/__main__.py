# SPDX-License-Identifier: GPL-3.0-or-later
"""The sweep from the command line; the last line says how many points passed."""

import argparse
import contextlib
import os
import signal
import sys
import time

from . import scenario, sweep, workers


def say(text):
    print(f"{time.strftime('%H:%M:%S')} {text}", flush=True)


def main():
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # so that the workers are ended
    words = argparse.ArgumentParser(prog="sweep")
    words.add_argument("--from", dest="first", type=int, default=0, help="the first point; they are counted from 0")
    words.add_argument("--to", type=int, help="the last one")
    words.add_argument("--every", type=int, default=1, help="only each so-many-th")
    which = words.add_mutually_exclusive_group()
    which.add_argument("--all", action="store_true", help="also those that leave the same behind as another")
    which.add_argument("--shared", action="store_true", help="only those that leave the same behind as another, all of them")
    words.add_argument("--kind", action="append", help="only points whose kind begins with this; may be said again")
    words.add_argument("--jobs", type=int, default=3 * (os.cpu_count() or 1), help="machines at a time, 15 at most")
    given = words.parse_args()
    with contextlib.ExitStack() as held:
        hands = [held.enter_context(worker) for worker in workers.lanes(given.jobs)]
        points = [(known, None, point) for known in scenario.ALL for point in hands[0].points(known.name)]
        if given.all:
            candidates = [(index, *points[index]) for index in range(len(points))]
        elif given.shared:
            candidates = sweep.shared_states(points)
        else:
            candidates = sweep.one_of_each_state(points)
        chosen = [one for one in candidates
                  if one[0] >= given.first and (given.to is None or one[0] <= given.to)
                  and (given.kind is None or one[3].kind.startswith(tuple(given.kind)))][::given.every]
        say(f"{len(points)} points, {len(chosen)} of them now, by {len(hands)} machines")
        figures = sweep.run(points, chosen, say, [hand.near for hand in hands])
    for line in figures.problems + figures.lines():
        print(line)
    failed = len({problem.split(":")[0] for problem in figures.problems})
    print(f"{len(chosen) - failed} passed, {failed} failed, 0 skipped")
    return 1 if failed else 0


sys.exit(main())
