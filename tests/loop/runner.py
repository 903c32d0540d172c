# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs the tests of a package (test_*.py), and says in its last line how many.

Classes whose names end in Nightly are run only where a word names them: .ci/run has no time for them.
"""

import io
import signal
import sys
import time
import unittest

from . import apart


class Result(unittest.TextTestResult):
    """One line a test, with its time: a run takes minutes, and somebody watches."""

    def startTest(self, test):
        self._begin = time.monotonic()
        unittest.TestResult.startTest(self, test)

    def stopTest(self, test):
        reports = [text for failed, text in self.failures + self.errors if getattr(failed, "test_case", failed) is test]
        print(f"  {'FAILED' if reports else 'ok':6} {time.monotonic() - self._begin:5.1f} s  {test.id()}", flush=True)
        for report in reports:
            print(report, flush=True)
        super().stopTest(test)

    def printErrors(self):
        """Printed already, each behind its test."""


def tests_in(suite):
    for test in suite:
        if isinstance(test, unittest.TestSuite):
            yield from tests_in(test)
        else:
            yield test


def main(folder, words, places=None):
    """`places(tests)`: where the classes of tests run, some at a time; see apart."""
    # A polite kill cleans up as ^C does; after anything harder the next run does. (SystemExit would only fail a test.)
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    found = list(tests_in(unittest.defaultTestLoader.discover(str(folder), "test_*.py", str(folder.parent))))
    wanted = [test for test in found
              if (any(word in test.id() for word in words) if words else not type(test).__name__.endswith("Nightly"))]
    groups = apart.classes(wanted) if places else apart.groups(wanted)
    here = [test for test in wanted if not any(test in group for group in groups)]
    stream = io.StringIO() if groups and not here else sys.stdout  # not "Ran 0 tests"
    result = unittest.TextTestRunner(resultclass=Result, verbosity=0, stream=stream).run(unittest.TestSuite(here))
    # A test with several failed subtests has failed once.
    failed = len({getattr(test, "test_case", test) for test, _ in result.failures + result.errors})
    skipped = len(result.skipped)
    if not wanted:
        failed = 1
        print("no test has that name")
    passed = max(0, result.testsRun - failed - skipped)
    if groups:
        more = apart.run(folder.name, groups, places(wanted) if places else None)
        passed, failed, skipped = passed + more[0], failed + more[1], skipped + more[2]
    print(f"{passed} passed, {failed} failed, {skipped} skipped")
    return 1 if failed else 0
