# SPDX-License-Identifier: GPL-3.0-or-later
"""Several machines at once. A run mostly waits for Bacula, so that more of them than processors are worth it."""

import json
import subprocess

from loop import lane

from . import kill, scenario

_LANES = range(1, 16)  # see loop.alder; 0 is for those who want one machine


class Worker:
    """A process with a mount and a network namespace of its own; for `with`."""

    def __init__(self, number):
        self._lane = number
        lane.prepare(number)

    def __enter__(self):
        self._process = subprocess.Popen(lane.command("sweep.worker"), env=lane.environment(self._lane),
                                         stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        return self

    def __exit__(self, *_):
        self._process.terminate()
        self._process.communicate()

    def _ask(self, **request):
        self._process.stdin.write(json.dumps(request) + "\n")
        self._process.stdin.flush()
        answer = self._process.stdout.readline()
        if not answer:
            raise RuntimeError(f"the worker ended, with {self._process.wait()}")
        return json.loads(answer)

    def points(self, name):
        return [scenario.Point(*point) for point in self._ask(list=name)]

    def near(self, known, _undisturbed, point, twice, plainly):
        """As kill.near."""
        return kill.Told(**self._ask(scenario=known.name, point=point, twice=twice, plainly=plainly))


def lanes(count):
    return [Worker(number) for number in _LANES[:count]]
