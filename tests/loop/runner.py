# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs the tests of a package (test_*.py), and says in its last line how many."""

import signal
import sys
import time
import unittest


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


def main(folder, words):
    # A polite kill cleans up as ^C does; after anything harder the next run does.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
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
