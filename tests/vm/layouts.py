# SPDX-License-Identifier: GPL-3.0-or-later
"""The machine `birch` in several layouts of its disks, as plain data. Builder and tests read it; nothing is done here.

A partition is named by its disk and number: ("system", 2). In user-mode Linux the disks are /dev/ubda, /dev/ubdb
and so on, in the order of `disks`, and behind them the storage disk.
"""

from dataclasses import dataclass
from types import SimpleNamespace

from loop import alder

MIB = 1 << 20

NAME = "birch"
MACHINE_ID = "b1c4e07d5a8f4e6c93d2a6f01b7e5d48"

ROOT_UUID = "8d0e6a35-1c7b-4f92-a4be-5f30c19d7e62"
ROOT_LABEL = "birch-root"
BOOT_UUID = "e2b5c80f-7d19-4a36-8c4e-90f6a1d3b752"
ESP_ID = "B1C4-E5D0"
STORAGE_UUID = "47a9d3c6-0e52-4b8f-9d71-c6e8f20b5a13"
STORAGE_SIZE = 3072 * MIB
STORAGE_MOUNT = "/mnt/storage"
OPTIONS = "rw,noatime"
FEATURES, RUNTIME_FEATURES = alder.FORMAT_FEATURES, alder.RUNTIME_FEATURES

ESP, LINUX, LVM = "ef00", "8300", "8e00"  # as sgdisk calls the types


@dataclass(frozen=True)
class Partition:
    guid: str
    type: str = LINUX
    size: int = 0  # in MiB; 0: all that is left


@dataclass(frozen=True)
class Disk:
    name: str
    guid: str  # of its partition table
    size: int  # in MiB
    partitions: tuple


@dataclass(frozen=True)
class Subvolume:
    path: str
    mount: str | None = None  # None: it only lies inside another
    no_cow: bool = False


SUBVOLUMES = (Subvolume("@", "/"), Subvolume("@home", "/home"), Subvolume("@/var/lib/machines"),
              Subvolume("@images", "/var/lib/images", no_cow=True))


@dataclass(frozen=True)
class Layout:
    name: str
    disks: tuple
    esp: tuple = ("system", 1)
    root: tuple = (("system", 2),)  # partitions that the btrfs lies on, or that the volume group vg1 does
    lvm: bool = False               # btrfs on vg1/root
    data: str = "single"
    metadata: str = "dup"
    subvolumes: tuple = SUBVOLUMES
    root_by_default: bool = False   # / is the default subvolume, and its line of fstab has no subvol=
    boot: tuple | None = None       # partition of an ext4 /boot
    fallback_path: bool = False     # the healthy machine has \EFI\BOOT\BOOTX64.EFI as well
    grub2_names: bool = False       # grub2-install, grub2-mkconfig, /boot/grub2
    lost: tuple = ("root",)         # of root, esp, boot: what a test destroys

    @property
    def mounted_below(self):
        """Mount points that are no subvolumes, in the order of mounting."""
        return (["/boot"] if self.boot else []) + ["/boot/efi"]

    @property
    def grub_folder(self):
        return "/boot/grub2" if self.grub2_names else "/boot/grub"

    def tool(self, name):
        """grub-install as this machine calls it."""
        return name.replace("grub-", "grub2-") if self.grub2_names else name

    @property
    def bacula(self):
        """Names, ports and passwords, as loop.bacula_conf wants them."""
        inside = [f"/{subvolume.path.removeprefix('@/')}" for subvolume in self.subvolumes if not subvolume.mount]
        mounted = [subvolume.mount for subvolume in self.subvolumes if subvolume.mount]
        return SimpleNamespace(BACKED_UP=mounted + inside + self.mounted_below, **_BACULA)


_BACULA = {
    "NAME": NAME, "DIRECTOR": "birch-dir", "CLIENT": "birch-fd", "STORAGE_DAEMON": "birch-sd",
    "FILESET": "birch-root", "POOL": "File", "STORAGE": "File1", "DEVICE": "FileStorage", "BOOTSTRAP": "birch.bsr",
    "BACKUP_JOB": "BackupBirch", "VERIFY_JOB": "VerifyBirch", "RESTORE_JOB": "RestoreFiles",
    "DIRECTOR_PORT": 9101, "CLIENT_PORT": 9102, "STORAGE_PORT": 9103, "STORAGE_MOUNT": STORAGE_MOUNT,
    "PASSWORDS": alder.PASSWORDS, "EXCLUDED": alder.EXCLUDED, "EXCLUDED_FILES": alder.EXCLUDED_FILES,
}


def _system(*partitions, size=4352):
    esp = Partition("5c0b9e14-83d7-4d26-b0a9-1f6e27c4d8a1", ESP, 128)
    return Disk("system", "0a6f3d92-4e1b-4c58-97d0-83b5e1f2c6a4", size, (esp, *partitions))


_ROOT = Partition("a7d41f68-2b9c-4e03-8f5a-d06c9b3e7124")

PLAIN = Layout("plain", (_system(_ROOT),))
DEFAULT_SUBVOLUME = Layout("default-subvolume", PLAIN.disks, root_by_default=True, fallback_path=True,
                           lost=("root", "esp"))
ON_LVM = Layout("on-lvm", (_system(Partition(_ROOT.guid, LVM)),), lvm=True)
TWO_DISKS = Layout(
    "two-disks",
    (_system(Partition("f19e60c7-5a3d-4b84-a2d6-7e0c83b1f495", LINUX, 384), _ROOT, size=3584),
     Disk("second", "d85b27e0-9f46-4a1c-8b3e-61c70f9a2d54", 3072,
          (Partition("62c8f5b3-e07a-4d91-9c24-b85d1e6f30a7"),))),
    root=(("system", 3), ("second", 1)), data="raid1", metadata="raid1", boot=("system", 2), lost=("root", "boot"))
GRUB2_NAMES = Layout("grub2-names", PLAIN.disks, grub2_names=True)

ALL = {layout.name: layout for layout in [PLAIN, DEFAULT_SUBVOLUME, ON_LVM, TWO_DISKS, GRUB2_NAMES]}
