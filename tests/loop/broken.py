# SPDX-License-Identifier: GPL-3.0-or-later
"""The root disk of `alder` after its last backup, and the ways in which its filesystem is broken.

    disks = broken.ensure()             # built once, cached; a Machine(images=disks.folder) has the healthy one
    disks.break_it("fs-leaf", image)    # writes the damage into a copy
    disks.mend("fs-leaf", image)        # and takes it out again

Between the backup and the crash files were made, changed, renamed and deleted. What a way breaks is kept as bytes to be
written over the healthy image, with the files of which something is not on the disk any more.
"""

import base64
import functools
import json
import os
import random
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

from . import alder, btrfs_image, cache, golden, tree
from .awkward import noise
from .command import CommandFailed, confined

FORMAT = 1
_SOURCES = ["broken.py", "broken_build.py", "btrfs_image.py"]
SNAPSHOTS = b"/home/.snapshots/"
VICTIMS = 24  # files with a damaged sector
BIG, NO_COW, IN_LEAF = "/home/ada/newer/recording.raw", "/var/lib/images/disk.img", "/home/ada/newer/thesis/chapter-120"


@dataclass
class Damage:
    patches: list = field(default_factory=list)  # (offset, bytes)
    hit: set = field(default_factory=set)        # files of which something is in what was broken
    lost: set = field(default_factory=set)       # those of them that cannot come back whole: it is nowhere else


class Scene:
    """What is to be broken: an image, and which inodes and extents its files have."""

    def __init__(self, image, facts):
        self.layout, self.facts = btrfs_image.Layout(image), facts

    def block(self, logical):
        """Both copies of a node of a tree turn to junk."""
        junk = noise(self.layout.superblock["nodesize"], f"block {len(self.layout.copies(logical))}")
        return [(place, junk) for place in self.layout.copies(logical)]

    def leaf_holding(self, tree_name, words):
        """A leaf with an item of which the words tell."""
        for logical, items in self.layout.leaves(tree_name).items():
            if any(words in line for line in items):
                return logical
        raise ValueError(f"{self.layout.image}: no leaf of {tree_name} with {words}")


def healthy(_):
    return Damage()


def superblock(_):
    return Damage([(btrfs_image.SUPERBLOCKS[0], bytes(btrfs_image.SUPERBLOCK_SIZE))])


def superblocks(_):
    return Damage([(place, bytes(btrfs_image.SUPERBLOCK_SIZE)) for place in btrfs_image.SUPERBLOCKS])


def log_tree(scene):
    return Damage(scene.block(scene.layout.superblock["log_root"]))


def chunk_tree(scene):
    return Damage(scene.block(scene.layout.superblock["chunk_root"]))


def root_leaf(scene):
    """That of @home, and with it of other trees; the newest files are in it."""
    home = scene.facts["home-tree"]
    return Damage(scene.block(scene.leaf_holding("root", f"key ({home} ROOT_ITEM 0)")))


def fs_leaf(scene):
    """One of @home, in the midst of the newest files. Nothing is lost: it was written twice, and the older one is there."""
    home = scene.facts["home-tree"]
    inode, = (int(number) for number, paths in scene.facts["home-inodes"].items() if IN_LEAF in paths)
    leaf = scene.layout.leaf_of_inode(home, inode)
    gone = btrfs_image.inodes_of(scene.layout.leaves(home)[leaf])
    return Damage(scene.block(leaf), {path for number in gone for path in scene.facts["home-inodes"].get(str(number), [])})


def data_extents(scene):
    """A sector in the middle of a file each, one of them big and new, one without checksums."""
    found = Damage()
    for path in victims(scene.facts["extents"]):
        offset, logical, length = max(scene.facts["extents"][path], key=lambda extent: extent[2])
        sector = logical + length // 2 // alder.SECTOR_SIZE * alder.SECTOR_SIZE
        found.patches += [(place, noise(alder.SECTOR_SIZE, f"sector of {path}")) for place in scene.layout.copies(sector)]
        found.hit.update(scene.facts["names"][path])
    found.lost = found.hit
    return found


def victims(extents):
    others = sorted(extents.keys() - {BIG, NO_COW})
    return [BIG, NO_COW, *random.Random("data extents").sample(others, VICTIMS - 2)]


# Name: (what is broken, the image that is, how).
WAYS = {
    "healthy": ("nothing", "root.img", healthy),
    "superblock": ("primary superblock", "root.img", superblock),
    "superblocks": ("all superblocks", "root.img", superblocks),
    "log-only": ("nothing; a log is to be replayed", "log.img", healthy),
    "log-tree": ("log tree", "log.img", log_tree),
    "chunk-tree": ("chunk tree", "root.img", chunk_tree),
    "root-leaf": ("a root tree leaf", "root.img", root_leaf),
    "fs-leaf": ("a filesystem tree leaf", "root.img", fs_leaf),
    "data": ("random data extents", "root.img", data_extents),
    "raid1": ("one of two raid1 devices gone", "raid1.img", healthy),
}


class Disks:
    """What was built."""

    def __init__(self, folder):
        self.folder = Path(folder)

    @functools.cached_property
    def everything(self):
        """All of the machine when it crashed, as tree.scan() has it, but for its snapshots."""
        return {path: entry for path, entry in tree.load(self.folder / "truth.manifest").items()
                if not path.startswith(SNAPSHOTS)}

    @functools.cached_property
    def truth(self):
        """The same without directories: what is counted."""
        return {path: entry for path, entry in self.everything.items() if entry["type"] != "directory"}

    def saved(self, found):
        """Paths of what is whole in the tree that was scanned: with the content, or what stands for it."""
        return {path for path, entry in self.truth.items() if path in found and _data(found[path]) == _data(entry)}

    @functools.cached_property
    def newer(self):
        """Those of them that the backup does not have so."""
        backup = tree.load(golden.ensure() / "newest.manifest")
        return {path for path, entry in self.truth.items() if _content(entry) != _content(backup.get(path, {}))}

    @functools.cached_property
    def facts(self):
        return json.loads((self.folder / "facts.json").read_text(encoding="ascii"))

    def image(self, way):
        return self.folder / WAYS[way][1]

    def hit(self, way):
        """Names of files of which something is in what was broken."""
        return {os.fsencode(path) for path in self.facts["ways"][way]["hit"]}

    def lost(self, way):
        """Those of them that cannot come back whole."""
        return {os.fsencode(path) for path in self.facts["ways"][way]["lost"]}

    def digest(self, way):
        """content.digest() of the broken image."""
        return self.facts["ways"][way]["digest"]

    def break_it(self, way, image):
        write(image, [(offset, base64.b64decode(text)) for offset, text in self.facts["ways"][way]["patches"]])

    def mend(self, way, image):
        """What lay there in the healthy one is there again."""
        patches = [(offset, len(base64.b64decode(text))) for offset, text in self.facts["ways"][way]["patches"]]
        write(image, read(self.image(way), patches))


def _content(entry):
    return {key: value for key, value in entry.items() if key != "disk"}


def _data(entry):
    return [entry.get(key) for key in ("type", "size", "digest", "target", "device")]


def read(image, ranges):
    with open(image, "rb") as file:
        return [(offset, os.pread(file.fileno(), size, offset)) for offset, size in ranges]


def write(image, patches):
    with open(image, "r+b") as file:
        for offset, data in patches:
            file.seek(offset)
            file.write(data)


def ensure():
    """Before a Machine is there: the disks have the UUID of its own."""
    source = golden.ensure()
    folder = Path(__file__).parent
    return Disks(cache.ensure("broken", cache.key(FORMAT, source.name, *(folder / name for name in _SOURCES)),
                              lambda building: _build(building, source)))


def _build(building, source):
    for name in ["root.img", "storage.img"]:
        subprocess.run(["cp", "--sparse=always", "--reflink=auto", source / name, building], check=True)
    argv = confined(sys.executable, "-m", "loop.broken_build", building, network=False)
    path = str(Path(__file__).parent.parent)
    if subprocess.call(argv, stdin=subprocess.DEVNULL, env={**os.environ, "PYTHONPATH": path}) != 0:
        raise CommandFailed(f"building the broken disks failed; {building} is left to be looked at")


if __name__ == "__main__":
    print(ensure().folder)
