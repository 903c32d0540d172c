# SPDX-License-Identifier: GPL-3.0-or-later
"""Disks that a recovery must leave alone: of the root's size, with its label, with nothing on them.

Each Machine has them attached, and each loop test ends by asking whether one of their bytes has changed.
"""

import fcntl
import os
import random
from pathlib import Path

from . import alder, cache, mounts
from .command import run
from .content import digest

FORMAT = 1
LABEL_UUID = alder.of_lane("0d6f4b52-9c1e-4f7a-8b7d-5e3a90c1d264")
_EXT4_UUID = "e4b1c6a8-27d3-4c59-a0f2-91d8376be5f0"
_FLUSH = 0x1261  # BLKFLSBUF of linux/fs.h


def _ext4(image):
    """A filesystem of somebody else's, with random bytes in its free space."""
    run("mkfs.ext4", "-q", "-F", "-U", _EXT4_UUID, "-L", "pictures", "-E", "lazy_itable_init=1,nodiscard", image)
    scattered = random.Random("decoy")
    with open(image, "r+b") as file:
        for _ in range(64):
            file.seek(scattered.randrange(1 << 30, alder.ROOT_SIZE - (1 << 20), 4096))
            file.write(scattered.randbytes(1 << 15))


def _same_label(image):
    run("mkfs.btrfs", "-q", "-f", "-U", LABEL_UUID, "-L", alder.ROOT_LABEL, image)


def _blank(_image):
    pass


# By the name of the image.
KINDS = {"decoy-ext4": _ext4, "decoy-same-label": _same_label, "decoy-blank": _blank}


def _build(folder):
    for name, fill in KINDS.items():
        image = folder / f"{name}.img"
        with open(image, "wb") as file:
            file.truncate(alder.ROOT_SIZE)
        fill(image)


class Decoys:
    """Copies of them in a folder, each on a loop device."""

    def __init__(self, folder):
        made = cache.ensure("decoys", cache.key(FORMAT, alder.LANE, Path(__file__), Path(alder.__file__)), _build)
        self.devices, self._digests = {}, {}
        for name in KINDS:
            image = folder / f"{name}.img"
            run("cp", "--sparse=always", "--reflink=auto", made / image.name, image)
            self._digests[image] = digest(image)
            self.devices[name] = mounts.attach(image)

    def differences(self):
        """A sentence for each that is not, byte for byte, what it was."""
        for device in self.devices.values():
            flush(device)
        return [f"{image} has changed" for image, before in self._digests.items() if digest(image) != before]


def flush(device):
    """What was written to the device is in its image then, also what only the kernel's memory holds."""
    fd = os.open(device, os.O_RDONLY)
    try:
        os.fsync(fd)
        fcntl.ioctl(fd, _FLUSH)
    finally:
        os.close(fd)


def copy(image, to):
    """A clone, byte for byte, with its holes."""
    run("cp", "--sparse=always", "--reflink=auto", image, to)
    return to

