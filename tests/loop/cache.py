# SPDX-License-Identifier: GPL-3.0-or-later
"""Things that take minutes to make and are only ever copied: made once, kept outside the checkout.

    folder = cache.ensure("loop", cache.key(FORMAT, sources), build)

${RECOVER_TEST_CACHE:-/var/cache/recover-tests}/NAME-KEY, KEY being a hash of what it is made from. It is built
beside its place and renamed, so that a half-built one is never taken for a whole one.
"""

import fcntl
import hashlib
import os
import shutil
import time
from pathlib import Path

from .command import progress

_UNUSED_FOR = 7 * 24 * 3600


def ensure(name, key, build):
    """The folder NAME-KEY; first lets build(folder) fill it where there is none."""
    cache = Path(os.environ.get("RECOVER_TEST_CACHE", "/var/cache/recover-tests")).absolute()
    folder = cache / f"{name}-{key}"
    if not folder.is_dir():
        if os.geteuid() != 0:
            raise PermissionError(f"to build {folder} needs root: loop devices, mounts, chroot")
        cache.mkdir(parents=True, exist_ok=True)
        with open(cache / f"{name}.lock", "w", encoding="ascii") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not folder.is_dir():  # the holder of the lock may just have built it
                _sweep(cache, name)
                _build(folder, build)
    os.utime(folder)
    return folder


def key(*things):
    """A hash of texts, numbers and files."""
    state = hashlib.sha256()
    for thing in things:
        data = thing.read_bytes() if isinstance(thing, Path) else str(thing).encode()
        state.update(b"%d\0" % len(data) + data)
    return state.hexdigest()[:12]


def _sweep(cache, name):
    """Half builds (ours is the only builder now), and what nobody asked for in a week."""
    for path in cache.glob(f"{name}-*"):
        if path.is_dir() and (path.suffix == ".building" or time.time() - path.stat().st_mtime > _UNUSED_FOR):
            progress(f"removing {path}")
            shutil.rmtree(path)


def _build(folder, build):
    progress(f"building {folder}")
    building = folder.with_suffix(".building")
    building.mkdir()
    build(building)
    os.sync()  # the rename must not reach the disk before the content does
    building.rename(folder)
    progress(f"{folder} is ready")
