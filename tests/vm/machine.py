# SPDX-License-Identifier: GPL-3.0-or-later
"""A private `birch`, to be broken: its disks above somebody else's, its board's memory, and a disk that is not its.

    machine = Machine.golden(folder)
    machine.lose_root()
    result = machine.rescue("step recover /mnt/storage/recover --playbook storage --confirm BIRCH-SYSTEM\\n")
    twin = machine.twin()        # as it is now; the first one must not be booted any more
"""

import json
import random
import shutil
import tempfile
from pathlib import Path

from loop.command import CommandFailed, run
from loop.content import digest
from package import build as packed

from . import golden, job, qemu

SYSTEM, STORAGE, BYSTANDER = golden.SERIALS["system"], golden.SERIALS["storage"], "BYSTANDER"
_LOST = 256 << 20
_BYSTANDER_SIZE = 64 << 20


class Machine:
    def __init__(self, folder, disks, variables, bystander):
        self.folder, self.disks, self.variables, self.bystander = folder, disks, variables, bystander
        self._below = {serial: self._backing(disk) for serial, disk in disks.items()}

    @classmethod
    def golden(cls, work):
        source = golden.ensure()
        folder = _new_folder(work)
        disks = {disk.serial: _overlay(disk, folder) for disk in golden.disks(source)}
        shutil.copy(source / "variables.fd", folder)
        bystander = folder / "bystander.img"
        bystander.write_bytes(random.Random("somebody's photographs").randbytes(_BYSTANDER_SIZE))
        return cls(folder, disks, folder / "variables.fd", bystander)

    def twin(self):
        """Another machine that begins as this one is. This one's disks are only read from now on."""
        folder = _new_folder(self.folder.parent)
        disks = {serial: _overlay(disk, folder) for serial, disk in self.disks.items()}
        shutil.copy(self.variables, folder / "variables.fd")
        shutil.copy(self.bystander, folder / "bystander.img")
        return Machine(folder, disks, folder / "variables.fd", folder / "bystander.img")

    # What happens to it.

    def lose_root(self):
        """The root filesystem is gone, both of its superblocks too."""
        begin = self._first_byte_of_root()
        run("qemu-io", "-f", "qcow2", "-c", f"write -q -P 0xa5 {begin} {_LOST}", self.disks[SYSTEM].image)

    def lose_variables(self):
        """The board is another one, or its battery was empty."""
        qemu.empty_variables(self.variables)

    def boot(self, script, files=None, **options):
        """By the firmware's own boot entry, and nothing else."""
        return qemu.run(self.folder, self._all_disks(), job.Job(script, {**golden.tests(), **(files or {})}),
                        variables=self.variables, **options)

    def rescue(self, script, files=None, bios=False, more_disks=(), **options):
        """In the rescue system, with the SystemRescue module. The disks have other names there than in the machine."""
        disks = [*more_disks, *reversed(self._all_disks())]
        return qemu.run(self.folder, disks, job.Job(script, files or {}), variables=None if bios else self.variables,
                        live=True, module=packed.module(), **options)

    # What it is.

    def is_unchanged(self, serial):
        """Whether the disk reads as it did when this machine began."""
        disk, below = self.disks[serial], self._below[serial]
        try:
            run("qemu-img", "compare", "-q", "-f", "qcow2", "-F", below["format"], disk.image, below["filename"])
            return True
        except CommandFailed as failure:
            if "exited 1:" in str(failure):
                return False
            raise

    def bystander_digest(self):
        return digest(self.bystander)

    def _all_disks(self):
        return [*self.disks.values(), qemu.Disk(self.bystander, BYSTANDER)]

    def _first_byte_of_root(self):
        """Of the second partition, from the golden disk: the partition table is never touched."""
        text = run("sgdisk", "--info=2", golden.ensure() / "system.img")
        first = next(line for line in text.splitlines() if line.startswith("First sector:"))
        return int(first.split()[2]) * 512

    @staticmethod
    def _backing(disk):
        found = json.loads(run("qemu-img", "info", "--output=json", disk.image))
        return {"filename": found["full-backing-filename"], "format": found["backing-filename-format"]}


def program():
    """What the operator puts on the storage volume, for a job's files."""
    return {"recover-bundle": packed.bundle()}


def _new_folder(work):
    return Path(tempfile.mkdtemp(prefix="machine-", dir=work))


def _overlay(disk, folder):
    image = folder / f"{disk.serial}.qcow2"
    run("qemu-img", "create", "-q", "-f", "qcow2", "-F", disk.format, "-b", disk.image, image)
    return qemu.Disk(image, disk.serial, "qcow2")
