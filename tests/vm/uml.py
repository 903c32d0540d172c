# SPDX-License-Identifier: GPL-3.0-or-later
"""One job in user-mode Linux: a kernel that is a process, with btrfs, vfat, LVM, and udev of its own.

    result = uml.run("lsblk\n", [uml.Disk("system.img")], system="rescue.squashfs", share="folder")
    assert result.exit == 0

Its root is a squashfs under a tmpfs; the disks are image files, in the order given /dev/ubda, /dev/ubdb and so on.
The job is a shell script. It finds `share`, a folder of the host's, at /run/share, and this folder's parent
at /run/tests. There is no network and there are no EFI variables. Whatever ends this process ends the guest.
"""

import os
import shlex
import subprocess
import sys
import threading
import time
from dataclasses import dataclass
from pathlib import Path

from loop.command import confined

TESTS = Path(__file__).absolute().parent.parent
_MARKER = "recover-vm-exit "
_DISKS = 15  # ubda to ubdo; ubdp is the system
# Its memory is a file there, and a socket. A tmpfs of its own in its namespace: it goes away with it.
_SCRATCH = "/dev/shm"


class Failed(Exception):
    """The guest did not get as far as the end of its job."""


@dataclass
class Disk:
    image: Path
    read_only: bool = False


@dataclass
class Result:
    exit: int
    out: str  # what the job wrote, standard error too
    seconds: float

    def check(self):
        """For jobs that have no business to fail."""
        if self.exit != 0:
            raise Failed(f"the job exited {self.exit}:\n{self.out[-6000:]}")
        return self


def run(job, disks, system, share, timeout=600, memory=1024, echo=False, environment=None):
    """Runs `job`, text of a shell script, to its end. `memory` is in MiB; `environment` is for the kernel's process."""
    share = Path(share).absolute()
    (share / "job").write_text(job, encoding="utf-8")
    begin = time.monotonic()
    out, console = _run(_argv(disks, system, share, memory), timeout, echo, environment or {})
    text, marker, rest = out.rpartition(_MARKER)
    if not marker:
        raise Failed(f"user-mode Linux ended before its job or took over {timeout} s.\n"
                     f"{out[-4000:]}\nIts kernel said:\n{console[-3000:]}")
    return Result(int(rest.split()[0]), text, time.monotonic() - begin)


def _argv(disks, system, share, memory):
    if len(disks) > _DISKS:
        raise ValueError(f"{len(disks)} disks are too many")
    argv = ["linux.uml", f"mem={memory}M", f"uml_dir={_SCRATCH}", "root=/dev/root", "rootfstype=hostfs", "rootflags=/",
            "ro", "init=/bin/sh", "quiet", "con=null", "con0=null,fd:1", "con1=null,fd:2", "ssl=null",
            "random.trust_bootloader=on"]
    # r: read-only; c: without a lock, for several guests have the same system
    argv += [f"ubd{number}{'r' if disk.read_only else ''}={Path(disk.image).absolute()}"
             for number, disk in enumerate(disks)]
    argv += [f"ubd{_DISKS}rc={Path(system).absolute()}", f"uml_share={share}", f"uml_tests={TESTS}"]
    if blanks := [word for word in argv if " " in word]:
        raise ValueError(f"a kernel's command line cannot say {blanks[0]!r}: there is a blank in it")
    # Not exec: as a PID namespace's first process it could not abort, and would hang after a panic.
    start = f'mount -t tmpfs tmpfs {_SCRATCH} && cd {_SCRATCH} && "$@"; exit'
    return ["sh", "-c", start, "sh", *argv, "--", f"{TESTS}/vm/guest/start.sh"]


def _run(argv, timeout, echo, environment):
    """(what came on the second console, what came on the first)."""
    environment = {"TMPDIR": _SCRATCH, "HOME": _SCRATCH, "PATH": "/usr/sbin:/usr/bin:/sbin:/bin", **environment}
    process = subprocess.Popen(confined(*argv, network=False), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                               stderr=subprocess.PIPE, env=environment)
    texts = [[], []]
    readers = [threading.Thread(target=_read, args=(process.stderr, texts[0], echo)),
               threading.Thread(target=_read, args=(process.stdout, texts[1], False))]
    try:
        for reader in readers:
            reader.start()
        process.wait(timeout)
    except subprocess.TimeoutExpired:
        pass
    finally:
        # unshare's child dies with it, and the kernel takes down the PID namespace with that child.
        process.kill()
        process.wait()
        for reader in readers:
            reader.join()
        process.stdout.close()
        process.stderr.close()
    return ["".join(text) for text in texts]


def _read(stream, texts, echo):
    for line in stream:
        text = line.decode("utf-8", "surrogateescape").replace("\r\n", "\n")
        texts.append(text)
        if echo:
            sys.stderr.write(text.encode("utf-8", "replace").decode("utf-8"))
            sys.stderr.flush()


def python(module, *words):
    """A job that is a module of the tests, which runs inside."""
    return f"cd /run/tests && exec python3 -B -m {module} {shlex.join(map(str, words))}\n"
