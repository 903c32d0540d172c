# SPDX-License-Identifier: GPL-3.0-or-later
"""Reading files that are mostly holes: 8 GiB images, 3 GiB guests' disks."""

import errno
import hashlib
import os

BLOCK = 1 << 16
_ZERO = bytes(BLOCK)


def data_blocks(fd, size):
    """(offset, bytes) of each block that is not all zeros, holes skipped without reading them."""
    at = 0
    while at < size:
        try:
            begin = os.lseek(fd, at, os.SEEK_DATA)
            end = os.lseek(fd, begin, os.SEEK_HOLE)
        except OSError as error:
            if error.errno == errno.ENXIO:  # nothing but a hole up to the end
                return
            raise
        at = begin - begin % BLOCK
        while at < end:
            block = os.pread(fd, min(BLOCK, size - at), at)
            if not block:
                return
            if block != _ZERO[:len(block)]:
                yield at, block
            at += len(block)


def digest(path):
    """SHA-256 of what a file holds: its size and its blocks that are not zero, each with its place.

    So a hole equals zeros that were written out, and holes cost nothing. For this reason it is not what
    sha256sum prints.
    """
    fd = os.open(path, os.O_RDONLY | os.O_NOFOLLOW)
    try:
        size = os.fstat(fd).st_size
        state = hashlib.sha256(b"%d" % size)
        for offset, block in data_blocks(fd, size):
            state.update(b"\0%d\0" % offset)
            state.update(block)
        return state.hexdigest()
    finally:
        os.close(fd)
