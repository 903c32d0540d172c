# SPDX-License-Identifier: GPL-3.0-or-later
"""The machine's root before anybody has configured it: a Debian bookworm as a tar.

    folder = guest_tree.ensure()    # folder / "tree.tar"
"""

from pathlib import Path

from loop import cache, debian
from loop.command import progress

from . import system

PACKAGES = ["grub-efi-amd64", "grub-efi-amd64-bin", *debian.PACKAGES]
_GRUB = """\
GRUB_TIMEOUT=0
GRUB_CMDLINE_LINUX_DEFAULT=""
GRUB_CMDLINE_LINUX="console=ttyS0 mitigations=off"
GRUB_TERMINAL=console
GRUB_DISABLE_OS_PROBER=true
"""
_HOOKS = [
    "mkdir -p $1/etc/default/grub.d",
    f"printf '%s' '{_GRUB}' >$1/etc/default/grub.d/recover-test.cfg",
    "mkdir -p $1/boot/efi $1/mnt/storage",
]


def ensure():
    """The folder with tree.tar; makes it first where there is none."""
    def build(folder):
        scratch = folder / "scratch"
        scratch.mkdir()
        progress("the machine's Debian (mmdebstrap), some 90 s")
        system.make_tree(folder / "tree.tar", scratch, PACKAGES, [], _HOOKS)
        scratch.rmdir()

    return cache.ensure("vm-tree", cache.key(Path(__file__), *system.sources()), build)


if __name__ == "__main__":
    print(ensure())
