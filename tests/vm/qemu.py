# SPDX-License-Identifier: GPL-3.0-or-later
"""One boot of a guest in QEMU, from power on to power off.

    result = qemu.run(folder, [Disk(image, "BIRCH-SYSTEM")], Job("step uname uname -a\\n"), variables=vars_file)

By the firmware's own entries, or (`live`) the rescue system, with a squashfs `module` above its root. UEFI with `variables`, a private copy of
OVMF_VARS_4M.fd that the firmware and the guest write to; without, a PC's BIOS.
No network. Whatever ends this process ends the guest.
"""

import functools
import os
import re
import shutil
import subprocess
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from loop.command import run as run_command

from . import job as jobs, rescue

FIRMWARE = Path("/usr/share/OVMF/OVMF_CODE_4M.fd")
EMPTY_VARIABLES = Path("/usr/share/OVMF/OVMF_VARS_4M.fd")
MEMORY = 1536  # MiB
# Nobody will ever answer these: no need to wait for the time-out. Asked of the console, line by line.
_STUCK = re.compile(r"^(.*UEFI Interactive Shell|grub( rescue)?> |\(initramfs\) ?|.*emergency mode|.*Kernel panic).*$",
                    re.M)


class Failed(Exception):
    """The guest did not get to the end of its job. The tail of its console is in the text."""


@dataclass
class Disk:
    image: Path
    serial: str
    format: str = "raw"
    read_only: bool = False


def empty_variables(path):
    """A board as it comes from the factory."""
    shutil.copyfile(EMPTY_VARIABLES, path)
    return path


def overlay(image, path):
    """A disk that begins as that raw image and writes elsewhere: at once, however large it is."""
    run_command("qemu-img", "create", "-q", "-f", "qcow2", "-F", "raw", "-b", image, path)
    return path


@functools.cache
def has_kvm():
    """/dev/kvm alone is no sign: it is there, and fails, where the processor cannot do it."""
    flags = Path("/proc/cpuinfo").read_text(encoding="ascii", errors="replace")
    return bool(re.search(r"^flags\s.*\b(vmx|svm)\b", flags, re.M)) and os.access("/dev/kvm", os.R_OK | os.W_OK)


def run(folder, disks, job, timeout=600, echo=None, **options):
    """Boots, lets the job run, waits for the power to go off; raises Failed if it does not come to that."""
    with Guest(folder, disks, job, echo=echo, **options) as guest:
        return guest.finish(timeout)


class Guest:
    """For tests that want to do something to a running guest; the others take `run`."""

    def __init__(self, folder, disks, job=None, variables=None, live=False, module=None, echo=None, cache="unsafe"):
        self._folder = Path(tempfile.mkdtemp(prefix="boot-", dir=folder))
        self._disks, self._job, self._variables, self._live, self._cache = list(disks), job, variables, live, cache
        self._module = module
        self._console = self._folder / "console"
        self._image = self._folder / "job.img"
        self._output = jobs.Output(self._folder / "output", echo)

    def __enter__(self):
        if self._job:
            self._job.write(self._image)
            self._disks.append(Disk(self._image, jobs.SERIAL))
        self._begin = time.monotonic()
        with open(self._folder / "qemu", "wb") as said:
            argv = ["setpriv", "--pdeathsig", "KILL", *self._argv()]
            self._process = subprocess.Popen(argv, stdin=subprocess.DEVNULL, stdout=said, stderr=said, cwd=self._folder)
        return self

    def __exit__(self, *_):
        self.kill()
        shutil.rmtree(self._folder)

    def kill(self):
        """The power goes off, now."""
        self._process.kill()
        self._process.wait()

    def console(self):
        """What firmware, kernel and systemd have said, without what moves a cursor."""
        if not self._console.exists():
            return ""
        text = self._console.read_text(encoding="utf-8", errors="replace")
        return re.sub(r"\x1b\[[0-9;?=]*[A-Za-z]|\x1b[()#%][0-9A-Za-z]|[\0\r]", "", text)

    def seconds(self):
        return time.monotonic() - self._begin

    def wait_for(self, happened, what, timeout):
        """Until happened() is true; raises Failed when that is not to be expected any more."""
        while True:
            ended = self._process.poll() is not None
            if happened():
                return
            if ended:
                self._fail(f"ended before {what}")
            if self.seconds() > timeout:
                self._fail(f"took over {timeout} s: {what} was waited for")
            time.sleep(0.2)

    def finish(self, timeout=600):
        """The job's result, once the power has gone off."""
        self.wait_for(self._job_ended_or_stuck, "the end of the job", timeout)
        self.wait_for(lambda: self._process.poll() is not None, "the power going off", timeout + 120)
        result = self._output.result(self._image, self.console(), self.seconds())
        return result or self._fail("went off before the end of the job")

    def _job_ended_or_stuck(self):
        ended = self._output.look()
        if not ended and self._output.text is None and (stuck := _STUCK.search(self.console())):
            self._fail(f"does not boot: {stuck[0].strip()}")
        return ended

    def _fail(self, why):
        said = (self._folder / "qemu").read_text(encoding="utf-8", errors="replace")
        raise Failed(f"The guest {why}.\n-- QEMU:\n{said[-2000:]}\n"
                     f"-- The end of its console:\n{self.console()[-4000:]}\n"
                     f"-- The end of the job's output:\n{(self._output.text or '(it did not begin)')[-4000:]}")

    def _argv(self):
        argv = ["qemu-system-x86_64", "-nodefaults", "-no-user-config", "-display", "none", "-no-reboot",
                "-machine", "q35", "-smp", "2", "-m", str(MEMORY), "-device", "virtio-rng-pci",
                "-chardev", f"file,id=console,path={self._console}", "-serial", "chardev:console",
                "-chardev", f"file,id=output,path={self._folder / 'output'}", "-serial", "chardev:output"]
        # qemu64 and not max: without KVM every feature of a processor costs time.
        argv += ["-enable-kvm", "-cpu", "host"] if has_kvm() else \
                ["-cpu", "qemu64", "-accel", "tcg,thread=multi,tb-size=512"]
        if self._variables:
            argv += ["-drive", f"if=pflash,unit=0,format=raw,readonly=on,file={FIRMWARE}",
                     "-drive", f"if=pflash,unit=1,format=raw,file={self._variables}"]
        if self._live:
            system = rescue.ensure()
            argv += ["-kernel", system / "vmlinuz", "-initrd", system / "initrd", "-append", rescue.COMMAND_LINE]
            self._disks.append(Disk(system / "system.squashfs", rescue.SERIAL, read_only=True))
            if self._module:
                self._disks.append(Disk(self._module, rescue.MODULE_SERIAL, read_only=True))
        for number, disk in enumerate(self._disks):
            argv += ["-drive", f"if=none,id=disk{number},file={disk.image},format={disk.format},cache={self._cache},"
                               f"discard=unmap,readonly={'on' if disk.read_only else 'off'}",
                     "-device", f"virtio-blk-pci,drive=disk{number},serial={disk.serial}"]
        return [os.fspath(word) for word in argv]
