# SPDX-License-Identifier: GPL-3.0-or-later
"""The machine as it runs, day by day: its root with all its filesystems, its Bacula, and a boot of its own."""

import contextlib
import os
import shutil
import signal
import subprocess
import uuid
from pathlib import Path

from . import alder, database, mounts
from .command import run
from .daemons import Daemons
from .machine import to_the_end
from .terminal import Conversation

# Process 1 has the machine's root, as on a machine that has booted; and the kernel's boot id can be another.
_START = """
set -e
mount -t proc proc "$ROOT/proc"
mount -t sysfs -o ro sysfs "$ROOT/sys"
mount --bind "$ROOT/run/boot-id" "$ROOT/proc/sys/kernel/random/boot_id"
exec chroot "$ROOT" /bin/sh -c '"$@"; exit $?' sh "$@"
"""


class Living:
    """with Living(machine) as living: living.recover("verify-backup")"""

    def __init__(self, machine):
        self.machine = machine
        self.path = machine.work / "living"
        self.bacula = Daemons(self.path)
        self.database = None if machine.catalog == "sqlite3" else database.of(machine.catalog, self.path)
        self._stack = contextlib.ExitStack()

    def __enter__(self):
        with self._stack:
            self._stack.enter_context(self._mounted())
            self.boot()
            if self.database:
                self._stack.enter_context(self.database)
            self._stack.enter_context(self.bacula)
            self._stack = self._stack.pop_all()
        return self

    def __exit__(self, *_):
        self._stack.close()

    @contextlib.contextmanager
    def _mounted(self):
        self.path.mkdir()
        try:
            for path, mount, _ in alder.SUBVOLUMES:
                if mount:
                    run("mount", "-t", "btrfs", "-o", f"{alder.OPTIONS},subvol=/{path}", self.machine.device,
                        f"{self.path}{mount}")
            run("mount", "--bind", "/dev", self.path / "dev")
            run("mount", "-t", "tmpfs", "tmpfs", self.path / "run")
            run("mount", "-t", "ext4", "-o", "rw,noatime", self.machine.storage_device,
                f"{self.path}{alder.STORAGE_MOUNT}")
            spool = os.stat(self.path / "var/lib/bacula")
            (self.path / "run/bacula").mkdir()
            os.chown(self.path / "run/bacula", spool.st_uid, spool.st_gid)
            self._lend_libraries()
            yield
        finally:
            mounts.unmount_below(self.path)
            self.path.rmdir()

    def _lend_libraries(self):
        """What the program is linked with and the machine has not; below /run, so that no backup knows of it."""
        (self.path / "run/lib").mkdir()
        if not self.machine.binary:
            return
        for line in run("ldd", self.machine.binary).splitlines():
            words = line.split()  # libefivar.so.1 => /lib/x86_64-linux-gnu/libefivar.so.1 (0x00007f...)
            if "=>" in words and not self.file(words[2]).exists():
                shutil.copy(words[2], self.path / "run/lib")

    def boot(self):
        """From here on it is another boot."""
        (self.path / "run/boot-id").write_text(f"{uuid.uuid4()}\n", encoding="ascii")

    def run(self, *argv, timeout=600):
        """A program of the machine, to its end, in processes of the machine's own."""
        return to_the_end(self.start(*argv), timeout=timeout)

    def start(self, *argv):
        return subprocess.Popen(self._argv(argv), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                stderr=subprocess.PIPE, text=True, errors="surrogateescape", cwd="/",
                                start_new_session=True, env=self._env())

    def converse(self, *argv):
        """The same, on a terminal."""
        return Conversation(self._argv(argv), self._env())

    def _argv(self, argv):
        return ["unshare", "--fork", "--kill-child", "--pid", "--mount", "sh", "-c", _START, "sh", *map(str, argv)]

    def _env(self):
        return self.machine.env({"ROOT": str(self.path), "LD_LIBRARY_PATH": "/run/lib",
                                 "HOME": "/run"})  # bconsole keeps a history there

    def recover(self, *args, **options):
        """The program that lies on the storage volume."""
        return self.run(f"{alder.STORAGE_MOUNT}/recover", *args, **options)

    def file(self, path):
        return Path(f"{self.path}{path}")

    @contextlib.contextmanager
    def without_bacula(self):
        """Its daemons are stopped, and started again afterwards."""
        self.bacula.__exit__()
        yield
        self.bacula.__enter__()

    def signal(self, daemon, number):
        """Sends one of its daemons a signal; waits for the end of one that is to end."""
        process = next(process for name, process in self.bacula._running if name == daemon)
        process.send_signal(number)
        if number in (signal.SIGTERM, signal.SIGKILL):
            process.wait(20)
