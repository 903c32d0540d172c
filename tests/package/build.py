# SPDX-License-Identifier: GPL-3.0-or-later
"""What is packed: made once a run, in the build directory of the program that is tested (RECOVER_BIN)."""

import functools
import os
import subprocess
from pathlib import Path

from loop.command import CommandFailed, progress

ROOT = Path(__file__).resolve().parents[2]


def directory():
    """bin/recover lies in it."""
    return Path(os.environ.get("RECOVER_BIN", ROOT / "build/bin/recover")).resolve().parents[1]


def environment():
    return dict(os.environ)


def run(*argv, **options):
    """Like loop.command.run, but with this environment: cmake looks for compilers in it."""
    done = subprocess.run([os.fspath(word) for word in argv], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True, errors="replace", check=False, timeout=1800, **options)
    if done.returncode != 0:
        raise CommandFailed(f"{' '.join(map(str, argv))} exited {done.returncode}: {done.stdout[-3000:]}")
    return done.stdout


@functools.cache
def target(name):
    """Builds a target; its folder is the build directory."""
    progress(f"building {name}")
    run("cmake", "--build", directory(), "--target", name)
    return directory()


def bundle():
    return target("bundle") / "recover-bundle"


def module():
    return target("srm") / "recover.srm"


def manual_pages():
    return sorted((target("manual") / "man").glob("*.[58]"))
