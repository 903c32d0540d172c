# SPDX-License-Identifier: GPL-3.0-or-later
"""The rescue system: as near to SystemRescue as Debian's packages come.

    folder = rescue.ensure()    # folder / "system.squashfs", "vmlinuz", "initrd"

A live system: read-only squashfs, changes in memory, systemd and udev; LVM, btrfs, vfat, ext4, efibootmgr. No Bacula,
no GRUB, no profile, nor the libraries of `recover`: these lie on the storage volume. Kernel and initrd are given to QEMU as they are, but started by
the firmware: /sys/firmware/efi/efivars is the real one.
"""

import shutil
import tarfile
from pathlib import Path

from loop import cache
from loop.command import progress, run

from . import system

PACKAGES = ["fdisk", "less", "procps", "psmisc"]
SERIAL, MODULE_SERIAL = "RECOVER-RESCUE", "RECOVER-MODULE"  # as in guest/live.sh
COMMAND_LINE = "boot=live console=ttyS0 mitigations=off"
_BEFORE = ["mkdir -p $1/etc/initramfs-tools/scripts",
           f"install -m 644 {system.GUEST / 'live.sh'} $1/etc/initramfs-tools/scripts/live"]
# A machine-id: without one systemd asks at the first boot who the machine is.
_AFTER = ["echo rescue >$1/etc/hostname", "echo 127.0.0.1 localhost rescue >$1/etc/hosts", ": >$1/etc/fstab",
          "echo 3f8c1d5e7a90426bb1e2c4d6f8091a3b >$1/etc/machine-id", "mkdir -p $1/mnt/storage"]


def ensure():
    def build(folder):
        scratch = folder / "scratch"
        scratch.mkdir()
        progress("the rescue system's Debian (mmdebstrap), some 60 s")
        tar = scratch / "tree.tar"
        system.make_tree(tar, scratch, PACKAGES, _BEFORE, _AFTER)
        with tarfile.open(tar) as tree:
            for name in ["vmlinuz", "initrd.img"]:
                link = tree.getmember(f"./{name}").linkname  # ./vmlinuz -> boot/vmlinuz-VERSION
                with open(folder / name.removesuffix(".img"), "wb") as file:
                    shutil.copyfileobj(tree.extractfile(f"./{link}"), file)
        # Not compressed: an emulated processor would unpack it slowly, at every boot.
        with open(tar, "rb") as stream:
            run("mksquashfs", "-", folder / "system.squashfs", "-tar", "-quiet", "-no-progress",
                "-noI", "-noD", "-noF", "-noX", stdin=stream)
        shutil.copy(scratch / "tree.tar.log", folder)
        shutil.rmtree(scratch)

    return cache.ensure("vm-rescue", cache.key(Path(__file__), system.GUEST / "live.sh", *system.sources()),
                        build)


if __name__ == "__main__":
    print(ensure())
