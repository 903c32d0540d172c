# SPDX-License-Identifier: GPL-3.0-or-later
"""A private copy of the golden machine: to destroy, to recover, to look at."""

import contextlib
import fcntl
import functools
import json
import os
import shutil
import subprocess
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from . import alder, decoys, golden, mounts, traces, tree, world
from .command import progress, run
from .faults import Faults
from .terminal import Conversation

# One machine at a time in a lane, wherever its work folder: its ports and its btrfs UUID are fixed, and
# the kernel takes two disks with one UUID for one filesystem.
_LOCK = f"/run/lock/recover-loop-tests{alder.LANE or ''}.lock"
_DESTROYED = 256 << 20


@dataclass
class Result:
    exit: int
    out: str
    err: str
    seconds: float
    screen: str = ""  # recover_tty: what was visible at the end


def to_the_end(process, input=None, timeout=600):
    """The Result of a process that was started with pipes."""
    begin = time.monotonic()
    try:
        out, err = process.communicate(input, timeout)
    except subprocess.TimeoutExpired:
        traces.kill([process.pid])
        out, err = process.communicate()
        raise AssertionError(f"{' '.join(process.args)} took over {timeout} s\n{out}\n{err}") from None
    return Result(process.returncode, out, err, time.monotonic() - begin)


class Machine(Faults):
    """with Machine() as machine: ...

    `binary`, or else $RECOVER_BIN, is the program under test; without either only the fixture is there.
    `lost`: the root disk is a new one, with nothing on it; which takes less time than to destroy() the old one.
    `catalog`: what has the Director's, sqlite3, postgresql or mysql. `images`: a folder to take the disks from instead.
    """

    def __init__(self, binary=None, lost=False, catalog="sqlite3", images=None):
        self.binary = binary or os.environ.get("RECOVER_BIN")
        self._lost = lost
        self.catalog, self._source = catalog, images

    def __enter__(self):
        self.golden = golden.ensure(self.catalog)
        self.facts = json.loads((self.golden / "facts.json").read_text(encoding="utf-8"))
        self._lock = _take_lock(wait=True)
        try:
            _sweep()
            self.work = Path(tempfile.mkdtemp(prefix="machine-", dir=_work_root()))
            self._set_up()
        except BaseException:
            self._clean_up()
            raise
        return self

    def __exit__(self, kind, error, _):
        try:
            self._clean_up()
        except Exception as failure:
            if error is None:
                raise
            error.add_note(f"cleaning up failed as well: {failure}")  # never in place of what went wrong first

    def _set_up(self):
        self.root_image, storage_image = self.work / "root.img", self.work / "storage.img"
        for image in [self.root_image, storage_image]:
            if self._lost and image == self.root_image:
                image.touch()
                os.truncate(image, alder.ROOT_SIZE)
            else:
                run("cp", "--sparse=always", "--reflink=auto", (self._source or self.golden) / image.name, image)
        self.images = [self.root_image, storage_image]
        self.serial = str(self.root_image)
        self.device = mounts.attach(self.root_image)
        self.storage_device = mounts.attach(storage_image)
        self.extra_devices = []  # a test's own
        self.decoys = decoys.Decoys(self.work)
        self.storage = self.work / "storage"
        self.storage.mkdir()
        # noatime: to run the program from the volume must not write to it
        run("mount", "-t", "ext4", "-o", "rw,noatime", self.storage_device, self.storage)
        self.environment, self.volumes = self.storage / "environment", self.storage / "bacula"
        self.bootstraps = self.storage / "bootstraps"
        profile = alder.profile(self.serial).replace('catalog = "sqlite3"', f'catalog = "{self.catalog}"')
        (self.storage / "machine.toml").write_text(profile, encoding="utf-8")
        (self.storage / "playbooks").mkdir(exist_ok=True)
        for playbook in Path(__file__).parents[2].glob("playbooks/*.toml"):
            shutil.copy(playbook, self.storage / "playbooks")
        if self.binary:
            shutil.copy(self.binary, self.storage / "recover")
        self._foreign = traces.foreign_mounts(self.work, self._devices())

    def _clean_up(self):
        try:
            if hasattr(self, "work"):
                traces.remove(self.work)
            self.forget_memory()
        finally:
            self._lock.close()

    @staticmethod
    def forget_memory():
        """What the program keeps in memory, as after a reboot of the rescue system."""
        shutil.rmtree(f"/run/recover-journal/{alder.STORAGE_UUID}", ignore_errors=True)

    def _devices(self):
        return [self.device, self.storage_device, *self.decoys.devices.values(), *self.extra_devices]

    @functools.cached_property
    def full(self):
        return tree.load(self.golden / "full.manifest")

    @functools.cached_property
    def newest(self):
        return tree.load(self.golden / "newest.manifest")

    def destroy(self):
        """The root filesystem is gone, both of its superblocks too; the storage volume is as it was."""
        # Zeros, as a hole in the image: to write them takes longer than to restore.
        run("fallocate", "--punch-hole", "--offset", "0", "--length", str(_DESTROYED), self.device)
        run("btrfs", "device", "scan", "--forget", self.device, check=False)
        if found := run("blkid", "--probe", self.device, check=False):
            raise RuntimeError(f"{self.device} still looks like {found}")

    def recover(self, *args, input=None, env=None, timeout=600):
        """Runs the installed program without a terminal, to its end."""
        return to_the_end(self.start(*args, env=env, stdin=subprocess.DEVNULL if input is None else subprocess.PIPE),
                          input, timeout)

    def start(self, *args, env=None, stdin=subprocess.DEVNULL):
        """The same, but returns at once: for tests that interrupt it."""
        return subprocess.Popen(self._argv(args), stdin=stdin, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                text=True, errors="surrogateescape", cwd="/", env=self.env(env),
                                start_new_session=True)

    def recover_tty(self, args, dialogue, env=None, timeout=600, **terminal_options):
        """Runs it on an 80x25 terminal, or one of that `size`. For each (pattern, answer): waits for the pattern, then types the answer.

        Patterns are regular expressions, looked for behind the previous one's match. An answer may be a function
        that does something first and returns what to type. It is typed as it
        is: "yes\\n" with its Enter, "\\x03" for Ctrl-C.
        """
        begin = time.monotonic()
        deadline = begin + timeout
        terminal = Conversation(self._argv(args), self.env(env), **terminal_options)
        try:
            at = 0
            for pattern, answer in dialogue:
                at = terminal.expect(pattern, deadline, at)
                terminal.type(answer() if callable(answer) else answer)
            code = terminal.finish(deadline)
        finally:
            traces.kill([terminal.process.pid])
            terminal.process.wait()
            terminal.close()
        return Result(code, terminal.text, "", time.monotonic() - begin, str(terminal.screen))

    def _argv(self, args):
        if not self.binary:
            raise RuntimeError("no program to test: set RECOVER_BIN or give Machine a binary")
        return [str(self.storage / "recover"), *map(str, args)]

    def env(self, more=None):
        # UTC, as in the machine: --as-of is local time
        return {**os.environ, "TZ": "UTC", traces.MARK: str(self.work), **(more or {})}

    @contextlib.contextmanager
    def root(self):
        """The machine's root, mounted as its own fstab says; yields the path."""
        path = self.work / "root"
        path.mkdir()
        try:
            run("mount", "-t", "btrfs", "-o", "ro,subvol=/@", self.device, path)
            fstab = [line.split() for line in (path / "etc/fstab").read_text(encoding="utf-8").splitlines()]
            run("umount", path)
            for spec, point, kind, options, *_ in fstab:
                if spec == f"UUID={alder.ROOT_UUID}":
                    run("mount", "-t", kind, "-o", options, self.device, f"{path}{point}")
            yield path
        finally:
            mounts.unmount_below(path)
            path.rmdir()

    def tree(self):
        """The manifest of the root as it is now."""
        with self.root() as path:
            return tree.scan(path)

    def snapshot_of_world(self):
        """For `before.differences(after) == []`."""
        return world.take(self.images, self._devices(), [self.storage])

    def leaks(self):
        """A sentence for each mount, process or loop device that should not be there any more."""
        found = [f"mount: {mount.source} on {mount.point}" for mount in mounts.table()
                 if mount.point != str(self.storage) and (mounts.is_below(mount.point, self.work)
                                                          or mount.source in self._devices())]
        found += [f"mount in the namespace of process {pid}: {mount.source} on {mount.point}" for _, pid, mount
                  in traces.foreign_mounts(self.work, self._devices()) - self._foreign]
        found += [f"process: {process.pid} {process.name} ({process.why})" for process in traces.processes(self.work)]
        found += [f"loop device: {device} on {backing}" for device, backing in mounts.loops().items()
                  if mounts.is_below(backing, self.work) and device not in self._devices()]
        return found


def sweep_stale():
    """Cleans up after test runs that were killed. Does nothing while one is at work."""
    lock = _take_lock(wait=False)
    if lock:
        with lock:
            _sweep()


def _sweep():
    # The lock dies with its holder, so whoever has it knows that every folder here is a dead one's.
    for folder in _work_root().glob("machine-*"):
        progress(f"removing what a killed test left in {folder}")
        traces.remove(folder)


def _work_root():
    root = Path(os.environ.get("RECOVER_TEST_WORK", "/var/tmp/recover-tests")).absolute()
    if alder.LANE:
        root /= f"lane-{alder.LANE}"
    root.mkdir(parents=True, exist_ok=True)
    return root


def _take_lock(wait):
    lock = open(_LOCK, "w", encoding="ascii")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        if not wait:
            lock.close()
            return None
        progress("waiting for another test's machine")
        fcntl.flock(lock, fcntl.LOCK_EX)
    return lock
