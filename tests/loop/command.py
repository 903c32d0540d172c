# SPDX-License-Identifier: GPL-3.0-or-later
"""Running one command, and saying what it answered when it fails."""

import os
import subprocess
import sys
import time


class CommandFailed(Exception):
    pass


# Messages are matched, and `date` and mount options are read back: no translations, one time zone.
ENVIRONMENT = {"LC_ALL": "C", "TZ": "UTC", "PATH": "/usr/sbin:/usr/bin:/sbin:/bin"}


def run(*argv, input=None, stdin=None, timeout=300, check=True, env=None):
    """Runs argv and returns its standard output as text. It reads the text `input`, or the open file `stdin`."""
    argv = [os.fspath(word) for word in argv]
    given = {"stdin": stdin} if stdin else {"input": input or ""}
    done = subprocess.run(argv, **given, text=True, errors="surrogateescape",
                          capture_output=True, timeout=timeout, env={**ENVIRONMENT, **(env or {})})
    if check and done.returncode != 0:
        raise CommandFailed(f"{' '.join(argv)} exited {done.returncode}: {(done.stderr or done.stdout).strip()}")
    return done.stdout


def confined(*argv, network=True):
    """argv in namespaces of its own, bound to the life of this process.

    A build can be killed at any moment. Mounts, daemons and (by autoclear) loop devices that were made
    in here go away with it, whatever killed it: the kernel takes down a PID namespace when its first
    process dies, and setpriv hands the death of this process on to that one.
    """
    # Slave: what the host unmounts meanwhile must not stay mounted in here.
    words = ["setpriv", "--pdeathsig", "KILL", "unshare", "--mount", "--propagation", "slave", "--pid", "--fork",
             "--kill-child", "--mount-proc"]
    if not network:
        words.append("--net")  # the daemons' fixed ports are then nobody else's
    return words + [os.fspath(word) for word in argv]


def progress(text):
    print(f"{time.strftime('%H:%M:%S')} {text}", file=sys.stderr, flush=True)
