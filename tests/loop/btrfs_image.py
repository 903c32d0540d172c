# SPDX-License-Identifier: GPL-3.0-or-later
"""Where things lie on a btrfs image of one device, as `btrfs inspect-internal` tells it: to damage just these.

    layout = Layout("root.img")
    layout.copies(layout.superblock["chunk_root"])    # [22020096, 30408704]: bytes in the image, of each copy
"""

import array
import fcntl
import re
import struct
from typing import NamedTuple

from .command import run

SUPERBLOCKS = [64 << 10, 64 << 20]  # bytes; the third, at 256 GiB, has no room on an image
SUPERBLOCK_SIZE = 4096
_FIEMAP = 0xC020660B  # FS_IOC_FIEMAP of linux/fs.h
_EXTENTS = 64
# linux/fiemap.h: UNKNOWN, DELALLOC, ENCODED, DATA_INLINE, UNWRITTEN
_NO_PLAIN_DATA = 0x2 | 0x4 | 0x8 | 0x200 | 0x800


class Chunk(NamedTuple):
    logical: int
    length: int
    places: list  # offsets on device 1


class Extent(NamedTuple):
    offset: int  # in the file
    logical: int
    length: int


class Layout:
    def __init__(self, image):
        self.image = image
        text = run("btrfs", "inspect-internal", "dump-super", image)
        self.superblock = {name: int(value) for name, value in re.findall(r"(?m)^(\w+)\s+(\d+)", text)}
        self.chunks = []
        for line in self.dump("chunk").splitlines():
            if found := re.search(r"CHUNK_ITEM (\d+)\)", line):
                logical = int(found[1])
            elif found := re.match(r"\s+length (\d+) owner", line):
                self.chunks.append(Chunk(logical, int(found[1]), []))
            elif found := re.match(r"\s+stripe \d+ devid 1 offset (\d+)", line):
                self.chunks[-1].places.append(int(found[1]))

    def dump(self, tree):
        """A tree by name or number, as text."""
        return run("btrfs", "inspect-internal", "dump-tree", "-t", str(tree), self.image)

    def copies(self, logical):
        """Offsets of each copy of what begins there."""
        for chunk in self.chunks:
            if 0 <= logical - chunk.logical < chunk.length:
                return [place + logical - chunk.logical for place in chunk.places]
        raise ValueError(f"{self.image}: nothing at {logical}")

    def leaves(self, tree):
        """{logical address of a leaf: the lines of its items}"""
        found = {}
        for line in self.dump(tree).splitlines():
            if begin := re.match(r"(leaf|node) (\d+) (?:items|level)", line):
                items = []
                if begin[1] == "leaf":
                    found[int(begin[2])] = items
            elif line.startswith("\t"):
                items.append(line)
        return found

    def leaf_of_inode(self, tree, inode):
        for logical, items in self.leaves(tree).items():
            if inode in inodes_of(items):
                return logical
        raise ValueError(f"{self.image}: tree {tree} has no inode {inode}")


def inodes_of(items):
    """Numbers of the inodes of which a leaf has the inode itself or a piece of its content."""
    return {int(number) for line in items
            for number in re.findall(r"^\titem \d+ key \((\d+) (?:INODE_ITEM|EXTENT_DATA) \d+\)", line)}


def extents(path):
    """The Extents of a file that lie as they are on the disk: not in the tree, not compressed, not still to come."""
    head = struct.pack("=QQLLLL", 0, (1 << 64) - 1, 1, 0, _EXTENTS, 0)  # FIEMAP_FLAG_SYNC
    buffer = array.array("B", head + bytes(56 * _EXTENTS))
    with open(path, "rb") as file:
        fcntl.ioctl(file, _FIEMAP, buffer)
    count, = struct.unpack_from("=L", buffer, 20)
    found = []
    for number in range(count):
        offset, logical, length, flags = struct.unpack_from("=QQQ16xL", buffer, 32 + 56 * number)
        if not flags & _NO_PLAIN_DATA:
            found.append(Extent(offset, logical, length))
    return found
