# SPDX-License-Identifier: GPL-3.0-or-later
"""A private copy of a layout's machine: lost, recovered in user-mode Linux, looked at, and booted in QEMU.

    machine = Machine(layouts.PLAIN, folder)
    machine.lose()
    ran = machine.rescue(recover=machine.recover("--playbook", "storage"))["recover"]
    found = machine.look()
    result = machine.boot()
"""

import json
import os
import re
import shutil
import tomllib
from dataclasses import dataclass
from pathlib import Path

from loop import tree
from loop.command import progress, run
from loop.content import digest
from package import build as packed

from . import build, job, layouts, qemu, rescue, uml

HOME = "/root/recover"  # as in guest/rescue.py
# grub-install cannot find out what a disk of user-mode Linux needs; on any other it can.
_MODULES = 'arguments = ["--modules=part_gpt btrfs lvm ext2"]'
# Both superblocks of the root are zeros: playbook storage salvages nothing, and goes on when somebody says so.
GIVEN_UP = "nothing can be salvaged"
_LOOK_AROUND = """
step state systemctl is-system-running --wait
step failed systemctl --failed --no-legend --plain
step name hostname
step root findmnt --noheadings --output UUID,FSROOT /
step mounts findmnt --verify --tab-file /etc/fstab
"""


@dataclass
class Ran:
    exit: int
    out: str
    left: tuple = ()  # what was mounted or running afterwards, and not before

    @property
    def words(self):
        """What was said, without its line breaks: those are the terminal's."""
        return " ".join(self.out.split())


@dataclass
class Found:
    """The machine's disks, as guest/look.py saw them."""
    facts: dict
    manifest: dict


class Machine:
    def __init__(self, layout, folder, echo=False):
        self.layout, self.folder, self.echo = layout, Path(folder), echo
        self.decoys = []  # image files of other disks
        self.environment = {}  # of the user-mode Linux that it runs in
        self.golden = build.ensure(layout)
        self.share = self.folder / "share"
        shutil.copytree(packed.bundle(), self.share)
        for disk in build.disks_of(layout, self.golden):
            run("cp", "--sparse=always", "--reflink=auto", disk.image, self.folder)
        self.edit("playbooks/storage.toml", r'^(uses = "install-grub")$', rf"\1\n{_MODULES}")

    def add_decoys(self):
        """Two more disks, as large as the machine's: one blank, one with a btrfs of the same label."""
        for name in ["blank", "namesake"]:
            image = self.folder / f"{name}.decoy"
            with open(image, "wb") as file:
                file.truncate(self.images[0].stat().st_size)
            self.decoys.append(image)
        run("mkfs.btrfs", "-q", "-L", layouts.ROOT_LABEL, self.decoys[1])
        self._as_they_were = [_state(image) for image in self.decoys]

    def written_decoys(self):
        """Those that anybody has written to since; nobody should."""
        return [image.name for image, was in zip(self.decoys, self._as_they_were) if _state(image) != was]

    @property
    def images(self):
        """Of the machine's own disks."""
        return [self.folder / f"{disk.name}.img" for disk in self.layout.disks]

    @property
    def all_images(self):
        """And of the storage volume's."""
        return [*self.images, self.folder / "storage.img"]

    @property
    def profile(self):
        return tomllib.loads((self.share / "machine.toml").read_text(encoding="utf-8"))

    def edit(self, name, pattern, new):
        """Changes the profile or a playbook, as the operator takes it along."""
        path = self.share / name
        text, count = re.subn(pattern, new, path.read_text(encoding="utf-8"), count=1, flags=re.M)
        if count != 1:
            raise ValueError(f"{pattern} is not in {path}")
        path.write_text(text, encoding="utf-8")

    def lose(self, before=None):
        """The profile is captured, the shell script `before` is run in the mounted machine, and then it is lost."""
        if before:
            (self.share / "before.sh").write_text(before, encoding="utf-8")
        self._results().unlink(missing_ok=True)
        ended = self._run("vm.guest.lose", self.layout.name, check=False)
        if ended.exit != 0 or self._ran("capture").exit != 0:
            raise AssertionError(f"the machine could not be prepared:\n{ended.out[-5000:]}")
        return self._ran("capture")

    def recover(self, *words):
        """argv of the program, with every disk confirmed, and that a root which was destroyed is given up."""
        confirmed = [word for disk in self.profile["disk"] for word in ("--confirm", disk["serial"])]
        if "storage" in words:
            confirmed += ["--confirm", GIVEN_UP]
        return [f"{HOME}/recover", *words, "--profile", f"{HOME}/machine.toml", *confirmed]

    def restore(self, *words):
        return self.recover("--playbook", "storage", *words)

    def rescue(self, **commands):
        """One boot of the rescue system; {name: what came of it}."""
        self._results().unlink(missing_ok=True)
        (self.share / "commands.json").write_text(json.dumps(list(commands.items())), encoding="utf-8")
        self._run("vm.guest.rescue")
        return {name: self._ran(name) for name in commands}

    def resume_after_cut(self, resume, start):
        """The same after a power cut; {name: Ran} of `resume`, of `start` where there was nothing to resume, and of what
        fsck and its like say then. Behind it found.* are as `look` leaves them, and the journal is there."""
        self._results().unlink(missing_ok=True)
        (self.share / "commands.json").write_text(json.dumps([["resume", resume]]), encoding="utf-8")
        (self.share / "start.json").write_text(json.dumps(start), encoding="utf-8")
        self._run("vm.guest.after_cut", self.layout.name)
        return {name: self._ran(name) for name in json.loads(self._results().read_text(encoding="utf-8"))}

    def fail(self, commands):
        """One boot in which guest/faults.py lets devices fail; {name: what came of it}."""
        self._results().unlink(missing_ok=True)
        (self.share / "faults.json").write_text(json.dumps(commands), encoding="utf-8")
        self._run("vm.guest.faults", timeout=3600)
        return json.loads(self._results().read_text(encoding="utf-8"))

    def mend(self, script):
        """Runs a shell script with the machine mounted at $MACHINE."""
        (self.share / "mend.sh").write_text(script, encoding="utf-8")
        self._run("vm.guest.mend", self.layout.name)

    def look(self):
        self._run("vm.guest.look", self.layout.name)
        return self.found()

    def found(self):
        """What was seen by the last look."""
        facts = json.loads((self.share / "found.json").read_text(encoding="utf-8"))
        return Found(facts, tree.load(self.share / "found.manifest"))

    def boot(self):
        """Boots the machine on a board that knows nothing of it; what is written goes elsewhere."""
        progress(f"{self.layout.name}: booting")
        disks = []
        for image in self.all_images:
            over = qemu.overlay(image, self.folder / f"{image.stem}.qcow2")
            disks.append(qemu.Disk(over, f"BIRCH-{image.stem.upper()}", "qcow2"))
        variables = qemu.empty_variables(self.folder / "variables.fd")
        return qemu.run(self.folder, disks, job.Job(_LOOK_AROUND), variables=variables)

    def digests(self):
        return [digest(image) for image in self.images]

    def copy_to(self, folder):
        """For `back_from`: everything as it is now."""
        shutil.copytree(self.share, folder / "share")
        for image in self.all_images:
            run("cp", "--sparse=always", "--reflink=auto", image, folder)

    def back_from(self, folder):
        shutil.rmtree(self.share)
        shutil.copytree(folder / "share", self.share)
        for image in self.all_images:
            run("cp", "--sparse=always", "--reflink=auto", folder / image.name, image)

    def _run(self, module, *words, check=True, timeout=900):
        progress(f"{self.layout.name}: {' '.join([module, *words])}")
        system_image = rescue.ensure() / "system.squashfs"
        disks = [uml.Disk(image) for image in [*self.all_images, *self.decoys]]
        result = uml.run(uml.python(module, *words), disks, system_image,
                         share=self.share, timeout=timeout, echo=self.echo, environment=self.environment)
        return result.check() if check else result

    def _results(self):
        return self.share / "results.json"

    def _ran(self, name):
        return Ran(**json.loads(self._results().read_text(encoding="utf-8"))[name])


class OneDisk(Machine):
    """The layout "plain", but with the storage volume on the third partition of the machine's only disk."""

    def __init__(self, folder, echo=False):
        super().__init__(layouts.PLAIN, folder, echo)
        image, storage = self.images[0], self.folder / "storage.img"
        begin = image.stat().st_size // layouts.MIB
        os.truncate(image, (begin + 1) * layouts.MIB + storage.stat().st_size)
        # -e: the table's copy goes to what is the end now.
        run("sgdisk", "-e", f"--new=3:{begin}M:+{storage.stat().st_size // layouts.MIB}M", "--typecode=3:8e00", image)
        run("dd", f"if={storage}", f"of={image}", "bs=1M", f"seek={begin}", "conv=notrunc,sparse", "status=none")
        storage.unlink()

    @property
    def all_images(self):
        return self.images


def _state(image):
    """Its bytes, and when anybody wrote to it last: the same bytes again would be a write too."""
    return digest(image), image.stat().st_mtime_ns
