# SPDX-License-Identifier: GPL-3.0-or-later
"""Several machines at once. A run mostly waits for Bacula, so that more of them than processors are worth it."""

import json
import os
import subprocess
import sys

from . import kill, scenario

_LANES = range(1, 16)  # see loop.alder; 0 is for the loop tests


class Worker:
    """A process with a mount and a network namespace of its own; for `with`."""

    def __init__(self, lane):
        self._env = {**os.environ, "RECOVER_TEST_LANE": str(lane)}
        # Here, where packages can still be fetched.
        subprocess.run([sys.executable, "-B", "-m", "loop.golden"], env=self._env, check=True, stdout=subprocess.DEVNULL)

    def __enter__(self):
        argv = ["setpriv", "--pdeathsig", "TERM", "unshare", "--mount", "--propagation", "private", "--net",
                sys.executable, "-B", "-m", "sweep.worker"]
        self._process = subprocess.Popen(argv, env=self._env, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
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
    return [Worker(lane) for lane in _LANES[:count]]
