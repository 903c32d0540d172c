# SPDX-License-Identifier: GPL-3.0-or-later
"""The golden images: built once, cached, and only ever copied.

    cd tests && python3 -m loop.golden [postgresql|mysql]    builds them if need be, and prints where they are

The folder holds root.img, storage.img, full.manifest, newest.manifest and facts.json. Where a database server has the
catalog, there is no recovery environment in them.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from . import alder, cache, database
from .command import CommandFailed, confined, progress
from .debian import make_tree

FORMAT = 1
_SOURCES = ["alder.py", "awkward.py", "bacula_conf.py", "build.py", "content.py", "daemons.py", "debian.py",
            "sockets.py", "tree.py"]


def ensure(catalog="sqlite3"):
    """The folder with the golden images; builds it first where there is none."""
    folder = Path(__file__).parent
    sources = _SOURCES if catalog == "sqlite3" else [*_SOURCES, "database.py"]
    return cache.ensure(_name("loop", catalog), cache.key(FORMAT, alder.LANE, *(folder / name for name in sources)),
                        lambda building: _build(building, catalog))


def tree(catalog="sqlite3"):
    """The folder with the Debian tree, the same for every lane; here packages must be in reach."""
    return cache.ensure(_name("debian-tree", catalog),
                        cache.key(FORMAT, Path(__file__).parent / "debian.py", *_ingredients(catalog).items()),
                        lambda building: _build_tree(building, catalog))


def _ingredients(catalog):
    return {} if catalog == "sqlite3" else database.ingredients(catalog)


def _name(what, catalog):
    # The cache sweeps all that begins with a name: none begins another.
    return what if catalog == "sqlite3" else f"{catalog}-{what}"


def _build_tree(building, catalog):
    scratch = building / "scratch"
    scratch.mkdir()
    progress("Debian tree (mmdebstrap), some 30 s")
    make_tree(building / "tree.tar", scratch, **_ingredients(catalog))
    shutil.rmtree(scratch)


def _build(building, catalog):
    os.link(tree(catalog) / "tree.tar", building / "tree.tar")
    progress("disks, backups and recovery environment, some 30 s")
    argv = confined(sys.executable, "-m", "loop.build", building, catalog, network=False)
    path = str(Path(__file__).parent.parent)
    code = subprocess.call(argv, stdin=subprocess.DEVNULL, env={**os.environ, "PYTHONPATH": path})
    if code != 0:
        raise CommandFailed(f"building the golden images failed; {building} is left to be looked at")
    os.unlink(building / "tree.tar")


if __name__ == "__main__":
    print(ensure(*sys.argv[1:]))
