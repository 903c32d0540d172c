# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs the loop tests; the last line says how many. `python3 -m loop NAME...` runs those whose name has NAME in it."""

import sys
import time
import unittest
from pathlib import Path


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


def main(words):
    folder = Path(__file__).parent
    found = list(tests_in(unittest.defaultTestLoader.discover(str(folder), "test_*.py", str(folder.parent))))
    suite = unittest.TestSuite(test for test in found if not words or any(word in test.id() for word in words))
    result = unittest.TextTestRunner(resultclass=Result, verbosity=0, stream=sys.stdout).run(suite)
    # A test with several failed subtests has failed once.
    failed = len({getattr(test, "test_case", test) for test, _ in result.failures + result.errors})
    skipped = len(result.skipped)
    if result.testsRun == 0:
        failed = 1
        print("no test has that name")
    print(f"{max(0, result.testsRun - failed - skipped)} passed, {failed} failed, {skipped} skipped")
    return 1 if failed else 0


sys.exit(main(sys.argv[1:]))
