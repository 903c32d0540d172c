# SPDX-License-Identifier: GPL-3.0-or-later
"""The golden images: built once, cached, and only ever copied.

    cd tests && python3 -m loop.golden      builds them if need be, and prints where they are

The cache is ${RECOVER_TEST_CACHE:-/var/cache/recover-tests}/loop-KEY, KEY being a hash of what they are
made from. It holds root.img, storage.img, full.manifest, newest.manifest and facts.json.
"""

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

from .command import CommandFailed, confined, progress
from .debian import make_tree

FORMAT = 1
_SOURCES = ["alder.py", "awkward.py", "bacula_conf.py", "build.py", "content.py", "daemons.py", "debian.py",
            "sockets.py", "tree.py"]
_UNUSED_FOR = 7 * 24 * 3600


def ensure():
    """The folder with the golden images; builds it first where there is none."""
    cache = Path(os.environ.get("RECOVER_TEST_CACHE", "/var/cache/recover-tests"))
    golden = cache / f"loop-{key()}"
    if not golden.is_dir():
        if os.geteuid() != 0:
            raise PermissionError("the golden images need root: loop devices, mounts, chroot")
        cache.mkdir(parents=True, exist_ok=True)
        with open(cache / "loop.lock", "w", encoding="ascii") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not golden.is_dir():  # the holder of the lock may just have built it
                _sweep(cache)
                _build(golden)
    os.utime(golden)
    return golden


def key():
    folder = Path(__file__).parent
    state = hashlib.sha256(b"%d" % FORMAT)
    for name in _SOURCES:
        state.update(name.encode() + b"\0" + (folder / name).read_bytes() + b"\0")
    return state.hexdigest()[:12]


def _sweep(cache):
    """Half builds (ours is the only builder now), and caches that nobody asked for in a week."""
    for path in cache.glob("loop-*"):
        if path.is_dir() and (path.suffix == ".building" or time.time() - path.stat().st_mtime > _UNUSED_FOR):
            progress(f"removing {path}")
            shutil.rmtree(path)


def _build(golden):
    progress(f"building {golden}")
    building = golden.with_suffix(".building")
    scratch = building / "scratch"
    scratch.mkdir(parents=True)
    progress("Debian tree (mmdebstrap), some 30 s")
    make_tree(building / "tree.tar", scratch)
    progress("disks, backups and recovery environment, some 30 s")
    argv = confined(sys.executable, "-m", "loop.build", building, network=False)
    path = str(Path(__file__).parent.parent)
    code = subprocess.call(argv, stdin=subprocess.DEVNULL, env={**os.environ, "PYTHONPATH": path})
    if code != 0:
        raise CommandFailed(f"building the golden images failed; {building} is left to be looked at")
    shutil.rmtree(scratch)
    os.unlink(building / "tree.tar")
    os.sync()  # the rename must not reach the disk before the images do
    building.rename(golden)
    progress("golden images are ready")


if __name__ == "__main__":
    print(ensure())
