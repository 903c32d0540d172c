# SPDX-License-Identifier: GPL-3.0-or-later
"""A work folder that goes away: at the end, or, after a kill, at the start of the next test.

Below ${RECOVER_TEST_WORK:-/var/tmp/recover-tests}. It holds image files and sockets, never a mount.
"""

import contextlib
import fcntl
import os
import shutil
import tempfile
from pathlib import Path

from loop.command import progress

_PREFIX = "vm-"


@contextlib.contextmanager
def folder():
    root = Path(os.environ.get("RECOVER_TEST_WORK", "/var/tmp/recover-tests")).absolute()
    root.mkdir(parents=True, exist_ok=True)
    # Nobody sweeps while a folder is there and its lock not yet held.
    with open(root / "vm.lock", "w", encoding="ascii") as gate:
        fcntl.flock(gate, fcntl.LOCK_EX)
        _sweep(root)
        path = Path(tempfile.mkdtemp(prefix=_PREFIX, dir=root))
        lock = open(path / "lock", "w", encoding="ascii")
        fcntl.flock(lock, fcntl.LOCK_EX)
    try:
        yield path
    finally:
        # Guests have ended: qemu.py sees to that, and whatever kills this process kills them.
        shutil.rmtree(path)
        lock.close()


def _sweep(root):
    """The lock dies with its holder: who gets it knows that the folder is a dead one's."""
    for path in root.glob(f"{_PREFIX}*"):
        with contextlib.suppress(FileNotFoundError), open(path / "lock", "a", encoding="ascii") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                continue
            progress(f"removing what a killed test left in {path}")
            shutil.rmtree(path)
