# SPDX-License-Identifier: GPL-3.0-or-later
"""Takes out one guard after the other, builds the unit tests, and wants them to fail. The last line says how many did.

It works in a mount namespace of its own, on an overlay of the source tree and its build: nothing of it is changed.
"""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

from .guards import GUARDS

ROOT = Path(__file__).resolve().parents[2]
PRIVATE = "RECOVER_LAWS_PRIVATE"


def in_a_namespace_of_its_own():
    os.environ[PRIVATE] = "1"
    os.execvp("unshare", ["unshare", "--mount", "--propagation", "private", sys.executable, "-B", "-m", "laws",
                          *sys.argv[1:]])


def cover(scratch):
    """From here on all that is written below ROOT stays in memory."""
    subprocess.run(["mount", "-t", "tmpfs", "tmpfs", scratch], check=True)
    for name in ["upper", "work"]:
        Path(scratch, name).mkdir()
    subprocess.run(["mount", "-t", "overlay", "overlay", "-o",
                    f"lowerdir={ROOT},upperdir={scratch}/upper,workdir={scratch}/work", ROOT], check=True)
    os.chdir(ROOT)


def build():
    done = subprocess.run(["cmake", "--build", "--preset", "release", "--target", "unit_tests"], stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True, check=False)
    return done.returncode == 0, done.stdout


def failed_tests():
    """Names; empty when all passed."""
    done = subprocess.run(["build/bin/unit_tests", "--gtest_brief=1"], stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True, errors="replace", check=False)
    failed = sorted({line.split("]")[1].split()[0].rstrip(",") for line in done.stdout.splitlines()
                     if line.startswith("[  FAILED  ]") and "." in line})
    return failed or (["(the tests crashed)"] if done.returncode else [])


def verdict(guard):
    """(is it guarded, a sentence)"""
    file = ROOT / guard.file
    before = file.read_text(encoding="utf-8")
    if before.count(guard.text) != 1:
        return False, f"stands there {before.count(guard.text)} times: correct tests/laws/guards.py"
    file.write_text(before.replace(guard.text, guard.without), encoding="utf-8")
    try:
        built, said = build()
        if not built:
            return False, f"without it nothing compiles, so nothing is tried: {said[-300:]}"
        failed = failed_tests()
        return bool(failed), f"without it {failed[0]} fails, and {len(failed) - 1} more" if failed else "NO TEST FAILS"
    finally:
        file.write_text(before, encoding="utf-8")


def main():
    if PRIVATE not in os.environ:
        in_a_namespace_of_its_own()
    wanted = [guard for guard in GUARDS if not sys.argv[1:] or any(word in guard.file for word in sys.argv[1:])]
    passed = 0
    with tempfile.TemporaryDirectory(prefix="recover-laws-") as scratch:
        cover(scratch)
        try:
            built, said = build()
            if not built or failed_tests():
                print(f"the tests fail as it is\n{said[-2000:]}\n0 passed, 1 failed, 0 skipped")
                return 1
            for guard in wanted:
                good, said = verdict(guard)
                passed += good
                print(f"  {'ok' if good else 'FAILED':6}  law {guard.law}: {guard.why} ({guard.file}): {said}", flush=True)
        finally:
            os.chdir("/")
            subprocess.run(["umount", ROOT], check=False)
            subprocess.run(["umount", scratch], check=False)
    print(f"{passed} passed, {len(wanted) - passed} failed, 0 skipped")
    return 0 if passed == len(wanted) else 1


sys.exit(main())
