# SPDX-License-Identifier: GPL-3.0-or-later
"""The golden images: built once, cached, and only ever copied.

    cd tests && python3 -m loop.golden      builds them if need be, and prints where they are

The folder holds root.img, storage.img, full.manifest, newest.manifest and facts.json.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from . import alder, cache
from .command import CommandFailed, confined, progress
from .debian import make_tree

FORMAT = 1
_SOURCES = ["alder.py", "awkward.py", "bacula_conf.py", "build.py", "content.py", "daemons.py", "debian.py",
            "sockets.py", "tree.py"]


def ensure():
    """The folder with the golden images; builds it first where there is none."""
    folder = Path(__file__).parent
    return cache.ensure("loop", cache.key(FORMAT, alder.LANE, *(folder / name for name in _SOURCES)), _build)


def debian_tree():
    """The same for every lane."""
    return cache.ensure("debian-tree", cache.key(FORMAT, Path(__file__).parent / "debian.py"), _build_tree)


def _build_tree(building):
    scratch = building / "scratch"
    scratch.mkdir()
    progress("Debian tree (mmdebstrap), some 30 s")
    make_tree(building / "tree.tar", scratch)
    shutil.rmtree(scratch)


def _build(building):
    os.link(debian_tree() / "tree.tar", building / "tree.tar")
    progress("disks, backups and recovery environment, some 30 s")
    argv = confined(sys.executable, "-m", "loop.build", building, network=False)
    path = str(Path(__file__).parent.parent)
    code = subprocess.call(argv, stdin=subprocess.DEVNULL, env={**os.environ, "PYTHONPATH": path})
    if code != 0:
        raise CommandFailed(f"building the golden images failed; {building} is left to be looked at")
    os.unlink(building / "tree.tar")


if __name__ == "__main__":
    print(ensure())
