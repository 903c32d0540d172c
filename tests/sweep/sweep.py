# SPDX-License-Identifier: GPL-3.0-or-later
"""All points, or a sample of them, and the figures."""

import queue
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass, field

from . import kill

# Each so-many-th point is one at which the run that goes on is killed as well, or is begun without --resume.
_TWICE, _PLAINLY = 7, 3


@dataclass
class Figures:
    points: int = 0                                  # in all, of which a sample may have been tried
    states: int = 0                                  # that they leave
    tried: Counter = field(default_factory=Counter)  # by kind
    killed: int = 0
    resumed: int = 0
    begun_anew: int = 0
    made_again: int = 0
    not_met: int = 0
    problems: list = field(default_factory=list)     # a sentence each, with its point

    def lines(self):
        kinds = ", ".join(f"{kind} {count}" for kind, count in sorted(self.tried.items()))
        return [f"points {self.points} that leave {self.states} states, tried {self.tried.total()}: {kinds}",
                f"killed {self.killed} times, resumed {self.resumed}, begun anew {self.begun_anew}, "
                f"the filesystem made again {self.made_again} times behind an unfinished restore, "
                f"points that a run did not come by {self.not_met}",
                f"differences: {len(self.problems)}"]


def listed(scenarios):
    """[(scenario, its undisturbed run, point)], every point of each."""
    found = []
    for scenario in scenarios:
        undisturbed = scenario.listed()
        found += [(scenario, undisturbed, point) for point in undisturbed.points]
    return found


def sample(points, every, offset=0):
    """Every so-many-th, and one of each kind that is not among them."""
    taken = set(range(offset, len(points), every))
    kinds = {points[index][2].kind for index in taken}
    for index in range(len(points) // 2, len(points)):  # the later half: there is more to lose
        if (kind := points[index][2].kind) not in kinds:
            kinds.add(kind)
            taken.add(index)
    return [(index, *points[index]) for index in sorted(taken)]


def one_of_each_state(points):
    """Where nothing was written between two points, a kill leaves the same behind at both: one of them is enough.
    Taken is one with a child at work where there is one, and else now the first of them and now another."""
    states = {}
    for index, (scenario, _, point) in enumerate(points):
        states.setdefault((scenario.name, point.state), []).append(index)
    taken = []
    for number, members in enumerate(states.values()):
        with_child = [index for index in members if points[index][2].kind in ("start-after", "started")]
        members = with_child or members
        taken.append(members[number % len(members)])
    return [(index, *points[index]) for index in sorted(taken)]


def shared_states(points):
    """Those that one_of_each_state() chooses among: every point that leaves the same as another."""
    leave = Counter((scenario.name, point.state) for scenario, _, point in points)
    return [(index, scenario, undisturbed, point) for index, (scenario, undisturbed, point) in enumerate(points)
            if leave[scenario.name, point.state] > 1]


def run(points, chosen, say, hands=(kill.near,)):
    """`hands`: who tries a point, as kill.near() does; as many at a time as there are of them."""
    figures = Figures(points=len(points), states=len({(scenario.name, point.state) for scenario, _, point in points}))
    begin = time.monotonic()
    free = queue.SimpleQueue()
    for hand in hands:
        free.put(hand)

    def attempt(index, scenario, undisturbed, point):
        hand = free.get()
        try:
            return hand(scenario, undisturbed, point, index % _TWICE == 0, index % _PLAINLY == 1)
        finally:
            free.put(hand)

    with ThreadPoolExecutor(len(hands)) as pool:
        attempts = {pool.submit(attempt, *one): one for one in chosen}
        try:
            for done, future in enumerate(as_completed(attempts), 1):
                index, scenario, _, point = attempts[future]
                told = future.result()
                where = f"{index} {scenario.name}, {point.name} {point.words[:60]}"
                _add(figures, where, told)
                left = (time.monotonic() - begin) / done * (len(chosen) - done)
                say(f"{done}/{len(chosen)}, {left / 60:.0f} min to go: {where}: "
                    + ("FAILED: " + "; ".join(told.problems) if told.problems else "same" if told.met else "not met, same"))
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise
    return figures


def _add(figures, where, told):
    figures.tried[told.kind] += 1
    figures.killed += told.killed
    figures.resumed += told.resumed
    figures.begun_anew += told.begun_anew
    figures.made_again += told.made_again
    figures.not_met += not told.met
    figures.problems += [f"{where}: {problem}" for problem in told.problems]
