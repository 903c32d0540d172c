# SPDX-License-Identifier: GPL-3.0-or-later
"""Things that go wrong, for a Machine to mix in: damaged volumes, a wrong password, a full disk."""

import contextlib
import os
import time
from pathlib import Path

from . import alder, mounts, traces
from .command import run

FILLING = ".fills-the-disk"


class Faults:
    def flip_byte(self, volume, offset):
        """One bit of a Bacula volume turns, as a disk does it: same size, same time."""
        path = self.volumes / volume
        info = os.stat(path)
        with open(path, "r+b") as file:
            file.seek(offset)
            byte = file.read(1)[0]
            file.seek(offset)
            file.write(bytes([byte ^ 0x10]))
        os.utime(path, ns=(info.st_atime_ns, info.st_mtime_ns))

    def remove_volume(self, volume):
        os.unlink(self.volumes / volume)

    def truncate_volume(self, volume, size):
        os.truncate(self.volumes / volume, size)

    def edit_environment_config(self, old, new, name="bacula-dir.conf"):
        """Replaces a text in a file of the environment's /etc/bacula; it has to be there."""
        path = self.environment / "etc/bacula" / name
        text = path.read_text(encoding="utf-8")
        if old not in text:
            raise ValueError(f"{path} holds no {old!r}")
        path.write_text(text.replace(old, new), encoding="utf-8")  # in place: owner and mode stay

    def break_password(self, whose="console"):
        """The Director gets another password than the console, the client or the storage daemon has."""
        self.edit_environment_config(alder.PASSWORDS[whose], f"{alder.SECRET_WORD}-but-wrong")

    def corrupt_catalog(self, offset=0):
        """A page of the environment's catalog turns to junk; the first one makes it no database at all."""
        with open(self.environment / "var/lib/bacula/bacula.db", "r+b") as file:
            file.seek(offset)
            file.write(b"\xa5" * 4096)

    def lose_bscan(self):
        """The environment cannot rebuild a catalog from the volumes."""
        (self.environment / "usr/sbin/bscan").unlink()

    def fill_target(self, leave=0, after="", timeout=120):
        """Takes all free space of the restore's target but `leave` bytes, once the path `after` exists in it.

        For use beside a process that `start` returned.
        """
        deadline = time.monotonic() + timeout
        while not (target := self._target(after)):
            if time.monotonic() > deadline:
                raise AssertionError(f"{self.device} was not mounted with {after!r} in it within {timeout} s")
            time.sleep(0.02)
        # In pieces: the restore takes from the same space meanwhile.
        piece, at = 64 << 20, 0
        with open(target / FILLING, "wb") as file:
            while piece >= 1 << 20:
                space = os.statvfs(target)
                try:
                    os.posix_fallocate(file.fileno(), at, min(piece, space.f_bavail * space.f_frsize - leave))
                    at += piece
                except OSError:  # ENOSPC, or nothing left to take
                    piece //= 2

    @contextlib.contextmanager
    def full_storage(self):
        """No room on the storage volume, for root neither, while the block lasts."""
        filler = self.storage / FILLING
        try:
            with open(filler, "wb", buffering=0) as file:
                for piece in [16 << 20, 1 << 20, 4 << 10, 1]:
                    with contextlib.suppress(OSError):  # ENOSPC
                        while file.write(bytes(piece)) == piece:
                            pass
            yield
        finally:
            filler.unlink()

    @contextlib.contextmanager
    def target_that_cannot_write(self, room):
        """The root disk has as many sectors as ever, but behind `room` bytes of data each write is an error."""
        place = Path(f"{self.work}.small")
        place.mkdir()
        try:
            run("mount", "-t", "tmpfs", "-o", f"size={room}", "tmpfs", place)
            image = place / "root.img"
            with open(image, "wb") as file:
                file.truncate(self.root_image.stat().st_size)
            mounts.detach(self.device)
            run("losetup", self.device, image)
            profile = self.storage / "machine.toml"
            profile.write_text(profile.read_text(encoding="utf-8").replace(self.serial, str(image)), encoding="utf-8")
            self.serial = str(image)
            yield
        finally:
            mounts.detach(self.device)  # it keeps the place busy
            traces.remove(place)

    def _target(self, after):
        """Where the new root is mounted, be it in another process's namespace: /proc leads into that one."""
        for pid in mounts.namespaces().values():
            for mount in mounts.table(pid):
                path = Path(f"/proc/{pid}/root{mount.point}")
                if mount.source == self.device and mount.root == "/@" and (path / after.lstrip("/")).exists():
                    return path
        return None
