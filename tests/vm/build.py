# SPDX-License-Identifier: GPL-3.0-or-later
"""Makes the machine's disks, in user-mode Linux.

    build.build(layouts.PLAIN, tree_tar, folder)    # folder/system.img, folder/storage.img
    build.back_up(layouts.PLAIN, folder)            # a Full, changes, an Incremental; folder/*.manifest, facts.json
    folder = build.ensure(layouts.PLAIN)            # both, once and for all; only ever to be copied
"""

from pathlib import Path

from loop import cache
from loop.command import progress

from . import guest_tree, layouts, rescue, uml

_HERE = Path(__file__).parent
# What the machine is made from, but the tree.
SOURCES = [Path(__file__), _HERE / "layouts.py", _HERE / "guest" / "disks.py", _HERE / "guest" / "make.py",
           *(_HERE.parent / "loop" / name for name in ["alder.py", "awkward.py", "bacula_conf.py"])]
# And its backups.
_BACKUP_SOURCES = [_HERE / "guest" / "back_up.py",
                   *(_HERE.parent / "loop" / name for name in ["build.py", "content.py", "daemons.py", "tree.py"])]


def ensure(layout):
    """The folder of the machine with its backups, and of what they must bring back."""
    tree = guest_tree.ensure()

    def make(folder):
        progress(f"the machine in the layout {layout.name}, some 3 min")
        build(layout, tree / "tree.tar", folder)
        back_up(layout, folder)

    return cache.ensure(f"vm-layout-{layout.name}", cache.key(tree.name, *SOURCES, *_BACKUP_SOURCES), make)


def build(layout, tree_tar, folder, environment=True):
    """An image for each disk of the layout, and storage.img: the machine as it is before its first backup. Without an
    environment the storage volume has places for Bacula alone: recover makes the rest."""
    folder = Path(folder)
    for disk in layout.disks:
        _empty(folder / f"{disk.name}.img", disk.size * layouts.MIB)
    _empty(folder / "storage.img", layouts.STORAGE_SIZE)
    tar = uml.Disk(Path(tree_tar), read_only=True)
    _run("vm.guest.make", layout, [*disks_of(layout, folder), tar], folder, *([] if environment else ["empty"]))


def back_up(layout, folder):
    """Two backups of the machine in `folder`, and what a recovery has to bring back from them."""
    folder = Path(folder)
    _run("vm.guest.back_up", layout, disks_of(layout, folder), folder)


def disks_of(layout, folder):
    """In the order in which user-mode Linux is to have them."""
    return [uml.Disk(Path(folder) / f"{name}.img") for name in [*(disk.name for disk in layout.disks), "storage"]]


def _run(module, layout, disks, folder, *words):
    uml.run(uml.python(module, layout.name, *words), disks, rescue.ensure() / "system.squashfs", folder, timeout=1800).check()
    (folder / "job").unlink()


def _empty(path, size):
    with open(path, "wb") as image:
        image.truncate(size)
