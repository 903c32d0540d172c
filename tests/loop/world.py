# SPDX-License-Identifier: GPL-3.0-or-later
"""All that a run could have changed, taken before and after one that must change nothing."""

from typing import NamedTuple

from . import mounts
from .command import run
from .content import digest
from .sockets import listening


class World(NamedTuple):
    images: frozenset
    mounts: frozenset
    loops: frozenset
    listening: frozenset

    def differences(self, later):
        """A sentence for each thing that is there only before, or only after."""
        lines = []
        for name, before, after in zip(self._fields, self, later):
            lines += [f"{name}: {thing} is gone" for thing in sorted(map(str, before - after))]
            lines += [f"{name}: {thing} is new" for thing in sorted(map(str, after - before))]
        return lines


def take(images, devices, folders):
    """`devices` and the mounted `folders` are written out first: what is only in memory counts as well."""
    for folder in folders:
        run("sync", "--file-system", folder)
    for device in devices:
        run("blockdev", "--flushbufs", device)
    return World(
        frozenset(f"{image} with content {digest(image)}" for image in images),
        frozenset(mounts.table()),
        frozenset(mounts.loops().items()),
        frozenset(listening()),
    )
